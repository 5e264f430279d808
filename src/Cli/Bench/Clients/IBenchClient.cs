namespace VisionCluster.Cli.Bench.Clients;

/// <summary>A way to the same model: the engine in this process, or the gateway over gRPC.</summary>
internal interface IBenchClient
{
    /// <summary>Runs a request to its end. A cancelled or refused one is an outcome, not an exception.</summary>
    Task<RequestTrace> RunAsync(BenchRequest request, CancellationToken cancellationToken);
}
