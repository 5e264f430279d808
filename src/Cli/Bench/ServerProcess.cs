using System.Diagnostics;
using VisionCluster.Cli.Bench.Figures;

namespace VisionCluster.Cli.Bench;

/// <summary>A server command of this program in a process of its own, ended by SIGKILL.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string EndpointStart = "http://";
    private const string GatewayPortText = "gateways connect to port ";

    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    /// <summary>The line that said that it serves.</summary>
    public string ReadyLine { get; private set; } = "";

    /// <summary>Where a gateway's clients connect.</summary>
    public string Endpoint => ReadyLine.Split(' ', StringSplitOptions.RemoveEmptyEntries).First(word => word.StartsWith(EndpointStart, StringComparison.Ordinal));

    /// <summary>Where a silo's gateways connect.</summary>
    public string GatewayPort => ReadyLine.Split(GatewayPortText)[1].Split(' ')[0];

    /// <summary><c>visioncluster silo</c>: returns when it is a member of its cluster.</summary>
    /// <param name="arguments">Of the command.</param>
    /// <param name="environment">Further settings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public static Task<ServerProcess> SiloAsync(
        IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancellationToken) =>
        StartAsync(["silo", .. arguments], environment, GatewayPortText, cancellationToken);

    /// <summary><c>visioncluster run</c>: returns when clients may connect to its <see cref="Endpoint"/>.</summary>
    /// <param name="arguments">Of the command.</param>
    /// <param name="environment">Further settings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public static Task<ServerProcess> RunAsync(
        IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancellationToken) =>
        StartAsync(["run", .. arguments], environment, EndpointStart, cancellationToken);

    /// <summary><c>visioncluster gateway</c>: returns when clients may connect to its <see cref="Endpoint"/>.</summary>
    /// <param name="arguments">Of the command.</param>
    /// <param name="environment">Further settings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public static Task<ServerProcess> GatewayAsync(
        IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancellationToken) =>
        StartAsync(["gateway", .. arguments], environment, EndpointStart, cancellationToken);

    public CpuTime Cpu() => CpuTime.Of(_process);

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<ServerProcess> StartAsync(
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>> environment,
        string ready,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ServerProcess).Assembly.Location, .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var server = new ServerProcess(Process.Start(start)!);
        try
        {
            while (await server._process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.Contains(ready, StringComparison.Ordinal))
                {
                    server.ReadyLine = line;
                    return server;
                }
            }

            throw new InvalidOperationException("The server process did not start.");
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
