using System.Globalization;
using System.Net;
using System.Net.Sockets;
using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Bench;

/// <summary>A gateway in this process, and its silo in another one.</summary>
internal sealed class SeparateCluster : IAsyncDisposable
{
    private readonly ServerProcess _silo;
    private readonly GatewayServer _gateway;

    private SeparateCluster(ServerProcess silo, GatewayServer gateway) => (_silo, _gateway) = (silo, gateway);

    public string Endpoint => _gateway.Endpoint;

    /// <summary>Returns when the gateway serves the silo's model.</summary>
    /// <param name="hosting">What the command line says about the model.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<SeparateCluster> StartAsync(IEnumerable<string> hosting, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var silo = await ServerProcess.SiloAsync(
            [.. hosting, "--silo-gateway-port", port.ToString(CultureInfo.InvariantCulture)], [], cancellationToken);
        try
        {
            var gateway = await GatewayServer.StartAsync(
                cluster => cluster.LocalGatewayPorts.Add(port), options => options.GrpcPort = 0, cancellationToken, quiet: true);
            var cluster = new SeparateCluster(silo, gateway);
            await Readiness.WaitAsync(cluster.Endpoint, cancellationToken);
            return cluster;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.StopAsync();
        await _gateway.DisposeAsync();
        await _silo.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
