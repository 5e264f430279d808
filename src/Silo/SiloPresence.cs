using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using VisionCluster.Grains.Decoding;
using VisionCluster.Grains.Hosting;
using VisionCluster.Silo.Administration;

namespace VisionCluster.Silo;

/// <summary>
/// Reports every second and on every change while the silo is active. On stop it says "draining", refuses new generations, waits for the
/// running ones and hands over what is left: in the Active stage, because other silos stop calling right after it.
/// </summary>
internal sealed class SiloPresence(
    DirectoryReporter reporter,
    ModelRegistry models,
    LoadQueue loads,
    DrainGate gate,
    LeavingKv leaving,
    IOptions<SiloOptions> options,
    TimeProvider time,
    ILogger<SiloPresence> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    private const int ManyFailures = 5;
    private static readonly TimeSpan HandOverTimeout = TimeSpan.FromSeconds(5); // a step of the device, and a message

    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(SiloPresence), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    private Task StartAsync(CancellationToken cancellationToken)
    {
        models.Changed += Wake;
        loads.Changed += Wake;
        _loop = Task.Run(ReportUntilStoppedAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        models.Changed -= Wake;
        loads.Changed -= Wake;
        var drained = gate.DrainAsync();
        Wake();
        try
        {
            await drained.WaitAsync(options.Value.DrainTimeout, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            logger.HandingOver(options.Value.DrainTimeout);
            await gate.HandOverAsync(time);
            await drained.WaitAsync(HandOverTimeout, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await leaving.WhenTakenAsync();
        await _stop.CancelAsync();
        await _loop;
    }

    private async Task ReportUntilStoppedAsync()
    {
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await reporter.ReportAsync();
                failures = 0;
            }
            catch (Exception e)
            {
                if (++failures == ManyFailures) // one or two while the directory moves or the cluster forms
                    logger.ReportFailed(e);
            }

            await WaitAsync();
        }
    }

    private async Task WaitAsync()
    {
        using var next = new CancellationTokenSource(options.Value.Directory.ReportInterval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(next.Token, _stop.Token);
        await _wake.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Wake()
    {
        if (_wake.CurrentCount == 0)
        {
            try
            {
                _wake.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else woke it.
            }
        }
    }
}
