using System.Diagnostics;
using VisionCluster.Cli.Bench.Figures;

namespace VisionCluster.Cli.Bench;

/// <summary>A server command of this program in a process of its own, ended by SIGKILL.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    /// <summary>The line that said that it serves.</summary>
    public string ReadyLine { get; private set; } = "";

    /// <summary><c>visioncluster silo</c>: returns when it is a member of its cluster.</summary>
    /// <param name="arguments">Of the command.</param>
    /// <param name="environment">Further settings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public static Task<ServerProcess> SiloAsync(
        IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancellationToken) =>
        StartAsync(["silo", .. arguments], environment, "gateways connect to port", cancellationToken);

    /// <summary><c>visioncluster run</c>: returns when it serves its models; <see cref="ReadyLine"/> has the address.</summary>
    /// <param name="arguments">Of the command.</param>
    /// <param name="environment">Further settings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public static Task<ServerProcess> RunAsync(
        IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancellationToken) =>
        StartAsync(["run", .. arguments], environment, "http://", cancellationToken);

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
