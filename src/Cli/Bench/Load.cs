using VisionCluster.Cli.Bench.Clients;

namespace VisionCluster.Cli.Bench;

/// <summary>Sends requests.</summary>
internal static class Load
{
    /// <summary>All at once.</summary>
    public static async Task<IReadOnlyList<RequestTrace>> TogetherAsync(
        IBenchClient client, IEnumerable<BenchRequest> requests, CancellationToken cancellationToken)
    {
        var traces = await Task.WhenAll(requests.Select(request => Task.Run(() => client.RunAsync(request, cancellationToken), cancellationToken)));
        cancellationToken.ThrowIfCancellationRequested();
        return traces;
    }
}
