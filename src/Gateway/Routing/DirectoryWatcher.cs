using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Options;
using VisionCluster.Shared;

namespace VisionCluster.Gateway.Routing;

/// <summary>Keeps the gateway's copy of the device directory, half a second old at most while the cluster answers.</summary>
internal sealed class DirectoryWatcher(
    IGrainFactory grains, IOptions<GatewayOptions> options, TimeProvider time, ILogger<DirectoryWatcher> logger, ISiloWays? ways = null)
    : BackgroundService
{
    private static readonly TimeSpan HurryInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan HurryTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _applying = new(1);
    private readonly DeadSilos _dead = new();
    private readonly DirectoryReader _reader = new(() => grains.GetGrain<IDeviceDirectoryGrain>(0).GetView(), time);
    private volatile DirectoryView _view = DirectoryView.Empty;
    private volatile bool _failed;
    private volatile ClusterModels _current = ClusterModels.Empty;
    private volatile Task? _refresh;
    private TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _hurried;

    public SiloLoss Losses { get; } = new();

    public ClusterModels Current => _current;

    /// <summary>As the directory said it, with what is being unloaded.</summary>
    public DirectoryView View => _view;

    /// <summary>What operators have chosen.</summary>
    public ServingChoices Choices { get; } = new();

    private Task? Running => _refresh is { IsCompleted: false } running ? running : null;

    private bool IsHurried => Volatile.Read(ref _hurried) is var at and > 0 && time.GetElapsedTime(at) < HurryTime;

    /// <summary>Knows of a choice before the directory says so.</summary>
    public void Adopt(ServingChoice choice)
    {
        Choices.Merge(choice);
        _current = ClusterModels.From(_view, Choices.RevisionOf);
    }

    /// <summary>A silo may have died: the directory is read often for a while.</summary>
    public void Hurry()
    {
        Volatile.Write(ref _hurried, time.GetTimestamp());
        Volatile.Read(ref _hurry).TrySetResult();
    }

    /// <summary>Knows of a silo's death before the directory says so.</summary>
    public void Hear(string deadSilo)
    {
        if (_dead.TryAdd(deadSilo))
            _ = ApplyAsync(null); // it never faults
    }

    /// <summary>Reads the directory, from now on; callers share a call that none of them came after. Failure keeps the old view.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (Running is { } earlier)
            await earlier.WaitAsync(cancellationToken); // what it says may be older than what its caller has just learned
        Task refresh;
        lock (_lock)
            refresh = _refresh = Running ?? ReadAsync();
        await refresh.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await RefreshAsync(stoppingToken);
                await PauseAsync(options.Value.DirectoryInterval, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task PauseAsync(TimeSpan interval, CancellationToken stoppingToken)
    {
        if (_failed || IsHurried)
        {
            await Task.Delay(Min(HurryInterval, interval), time, stoppingToken);
            return;
        }

        var hurry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _hurry, hurry);
        await hurry.Task.WaitAsync(interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stoppingToken.ThrowIfCancellationRequested();
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private async Task ReadAsync()
    {
        try
        {
            await ApplyAsync(await _reader.ReadAsync());
            _failed = false;
        }
        catch (Exception e)
        {
            _failed = true;
            logger.DirectoryUnavailable(e);
        }
    }

    /// <param name="news">Null if only a death was heard of.</param>
    private async Task ApplyAsync(DirectoryView? news)
    {
        await _applying.WaitAsync();
        try
        {
            var before = _view;
            _view = _dead.Without(Complete(news ?? before));
            Choices.Merge(_view.Choices);
            _current = ClusterModels.From(_view, Choices.RevisionOf);
            await LeaveWaysAsync(before); // before those who wait for a dead silo are told, and call the cluster again
            Losses.Update(_view.Members);
        }
        finally
        {
            _applying.Release();
        }
    }

    /// <summary>Calls go no more through silos that have died since, and whose connections may still look alive.</summary>
    private async Task LeaveWaysAsync(DirectoryView before)
    {
        if (ways is null || Losses.Missing(_view.Members) is not { Count: > 0 } dead)
            return;
        string[] gateways = [.. before.Silos.Where(s => s.Gateway.Length > 0 && dead.Contains(s.Address)).Select(s => s.Gateway)];
        if (gateways.Length > 0)
            await ways.AvoidAsync(gateways).WaitAsync(LeaveLimit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>A directory that has just moved (its silo died) lacks members that have not reported yet: they serve on.</summary>
    private DirectoryView Complete(DirectoryView view)
    {
        if (view.IsComplete)
            return view;
        var known = view.Silos.Select(s => s.Address).ToHashSet();
        var missing = _view.Silos.Where(s => !known.Contains(s.Address) && view.Members.Contains(s.Address));
        return view with { Silos = [.. view.Silos, .. missing] };
    }
}
