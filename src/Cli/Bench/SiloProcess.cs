using System.Diagnostics;

namespace VisionCluster.Cli.Bench;

/// <summary><c>visioncluster silo</c> in a process of its own, ended by SIGKILL.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private const string Ready = "gateways connect to port";

    private readonly Process _process;

    private SiloProcess(Process process) => _process = process;

    /// <summary>Returns when it is a member of its cluster.</summary>
    /// <param name="arguments">Of the command.</param>
    /// <param name="environment">Further settings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public static async Task<SiloProcess> StartAsync(
        IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(SiloProcess).Assembly.Location, "silo", .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var silo = new SiloProcess(Process.Start(start)!);
        try
        {
            while (await silo._process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.Contains(Ready, StringComparison.Ordinal))
                {
                    return silo;
                }
            }

            throw new InvalidOperationException("The silo process did not start.");
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

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
}
