using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>Which revision a turn is made with.</summary>
/// <param name="Model">The revision, and who serves it.</param>
/// <param name="GoneRevision">The session's own one, which the cluster serves no more; else empty.</param>
/// <param name="NewKeys">Then: keys of the session's images in the old revision and in the new one.</param>
internal sealed record RevisionRoute(ServedModel Model, string GoneRevision, Dictionary<string, string> NewKeys)
{
    public RevisionRoute(ServedModel model)
        : this(model, "", [])
    {
    }
}
