namespace VisionCluster.Faults.Tests.Processes;

/// <summary>How a cluster of processes is made.</summary>
internal sealed record FaultPlan
{
    /// <summary>The cluster disposes it; null = a Redis of its own.</summary>
    public IStoreServer? Store { get; init; }

    public int Silos { get; init; } = 3;

    public int Gateways { get; init; } = 2;

    public IReadOnlyDictionary<string, string> SiloEnvironment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> GatewayEnvironment { get; init; } = new Dictionary<string, string>();
}
