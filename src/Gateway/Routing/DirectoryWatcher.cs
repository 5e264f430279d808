using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Options;
using VisionCluster.Shared;

namespace VisionCluster.Gateway.Routing;

/// <summary>Keeps the gateway's copy of the device directory, half a second old at most while the cluster answers.</summary>
internal sealed class DirectoryWatcher(
    IGrainFactory grains, IOptions<GatewayOptions> options, TimeProvider time, ILogger<DirectoryWatcher> logger) : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private volatile DirectoryView _view = DirectoryView.Empty;
    private volatile bool _failed;
    private volatile ClusterModels _current = ClusterModels.Empty;
    private Task? _refresh;

    public SiloLoss Losses { get; } = new();

    public ClusterModels Current => _current;

    /// <summary>As the directory said it, with what is being unloaded.</summary>
    public DirectoryView View => _view;

    /// <summary>What operators have chosen.</summary>
    public ServingChoices Choices { get; } = new();

    /// <summary>Knows of a choice before the directory says so.</summary>
    public void Adopt(ServingChoice choice)
    {
        Choices.Merge(choice);
        _current = ClusterModels.From(_view, Choices.RevisionOf);
    }

    /// <summary>Reads the directory now; simultaneous callers share one call. Failure keeps the old view.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_refresh is not { IsCompleted: false })
                _refresh = ReadAsync();
            return _refresh.WaitAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await RefreshAsync(stoppingToken);
                await Task.Delay(_failed ? Min(RetryInterval, options.Value.DirectoryInterval) : options.Value.DirectoryInterval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private async Task ReadAsync()
    {
        try
        {
            // Its silo may have died: the call would go unanswered for long, and so would the next one's view of who lives.
            var call = grains.GetGrain<IDeviceDirectoryGrain>(0).GetView();
            call.Ignore();
            _view = Complete(await call.WaitAsync(options.Value.Failover.CallTimeout, time));
            Choices.Merge(_view.Choices);
            _current = ClusterModels.From(_view, Choices.RevisionOf);
            Losses.Update(_view.Members);
            _failed = false;
        }
        catch (Exception e)
        {
            _failed = true;
            logger.DirectoryUnavailable(e);
        }
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
