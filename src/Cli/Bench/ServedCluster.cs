using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Bench;

/// <summary>A gateway and a silo as users start them: no part of them is in this process, whose clients they serve.</summary>
internal sealed class ServedCluster : IAsyncDisposable
{
    private readonly ServerProcess[] _processes; // the gateway's is the last

    private ServedCluster(params ServerProcess[] processes) => _processes = processes;

    public string Endpoint => _processes[^1].Endpoint;

    /// <summary>Both in one process: returns when it serves its model.</summary>
    /// <param name="hosting">What the command line says about the model.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ServedCluster> InOneProcessAsync(IEnumerable<string> hosting, CancellationToken cancellationToken) =>
        await ReadyAsync(new ServedCluster(await ServerProcess.RunAsync([.. hosting, "--port", "0"], [], cancellationToken)), cancellationToken);

    /// <summary>Each in a process of its own: returns when the gateway serves the silo's model.</summary>
    /// <param name="hosting">What the command line says about the model.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ServedCluster> InTwoProcessesAsync(IEnumerable<string> hosting, CancellationToken cancellationToken)
    {
        var silo = await ServerProcess.SiloAsync(hosting, [], cancellationToken);
        ServerProcess gateway;
        try
        {
            gateway = await ServerProcess.GatewayAsync(["--silo", silo.GatewayPort, "--port", "0"], [], cancellationToken);
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }

        return await ReadyAsync(new ServedCluster(silo, gateway), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Reverse())
        {
            await process.DisposeAsync();
        }
    }

    private static async Task<ServedCluster> ReadyAsync(ServedCluster cluster, CancellationToken cancellationToken)
    {
        try
        {
            await Readiness.WaitAsync(cluster.Endpoint, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }
}
