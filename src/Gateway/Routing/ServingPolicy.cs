namespace VisionCluster.Gateway.Routing;

/// <summary>
/// Which revision of a model new sessions take: what an operator chose, as long as it is served; else the one that came to the cluster
/// last, so that a silo that restarts with an old revision does not bring it back. Held ones count only where there is no other.
/// </summary>
internal static class ServingPolicy
{
    /// <param name="revisions">Of one model, each with a device.</param>
    /// <param name="chosen">Null when no operator has chosen.</param>
    public static ServedModel Choose(IReadOnlyCollection<ServedModel> revisions, string? chosen) =>
        revisions.FirstOrDefault(m => m.Revision == chosen) ?? revisions
            .OrderBy(m => m.IsHeld)
            .ThenByDescending(m => m.FirstLoadedAt)
            .ThenByDescending(m => m.Devices.Count)
            .ThenBy(m => m.Revision, StringComparer.Ordinal)
            .First();
}
