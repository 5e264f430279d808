using System.Diagnostics;
using System.Globalization;
using VisionCluster.Inference;

namespace VisionCluster.Cli.Bench.Scale;

/// <summary>A silo in a process of its own, so that it can die without a word.</summary>
internal sealed class VictimSilo : IAsyncDisposable
{
    public const string Name = "victim";
    private const string Ready = "gateways connect to port";

    private readonly Process _process;

    private VictimSilo(Process process) => _process = process;

    /// <summary>Returns when it is a member of the cluster.</summary>
    public static async Task<VictimSilo> StartAsync(string model, ModelHostOptions hosting, int primaryPort, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "silo", "--name", Name, "--model", model, "--device", hosting.Device.Id,
            "--slots", hosting.MaxSlots.ToString(CultureInfo.InvariantCulture),
        ];
        var program = typeof(VictimSilo).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true };
        start.Environment["VisionCluster__Silo__PrimarySiloPort"] = primaryPort.ToString(CultureInfo.InvariantCulture);
        var victim = new VictimSilo(Process.Start(start)!);
        try
        {
            while (await victim._process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.Contains(Ready, StringComparison.Ordinal))
                    return victim;
            }

            throw new InvalidOperationException("The silo that is to be killed did not start.");
        }
        catch
        {
            await victim.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
