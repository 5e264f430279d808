namespace VisionCluster.Inference;

/// <summary>On whose account work runs.</summary>
/// <param name="Tenant">Empty: one account for all.</param>
/// <param name="Weight">Its share against others': twice the weight, twice the work. Positive.</param>
public readonly record struct WorkOwner(string Tenant, double Weight)
{
    /// <summary>Of callers that are not told apart.</summary>
    public static WorkOwner Shared { get; } = new("", 1);
}
