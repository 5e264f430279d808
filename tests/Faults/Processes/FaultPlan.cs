namespace VisionCluster.Faults.Tests.Processes;

/// <summary>How a cluster of processes is made.</summary>
internal sealed record FaultPlan
{
    /// <summary>The cluster disposes it; null = a Redis of its own.</summary>
    public IStoreServer? Store { get; init; }

    public int Silos { get; init; } = 3;

    public int Gateways { get; init; } = 2;

    /// <summary>Of the silos, in order of their start: the first is 0.</summary>
    public Func<int, IReadOnlyDictionary<string, string>> SiloEnvironment { get; init; } = _ => new Dictionary<string, string>();
}
