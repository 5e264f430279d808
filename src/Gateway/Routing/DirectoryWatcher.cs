using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Routing;

/// <summary>Keeps the gateway's copy of the device directory, a second old at most while the cluster answers.</summary>
internal sealed class DirectoryWatcher(
    IGrainFactory grains, IOptions<GatewayOptions> options, TimeProvider time, ILogger<DirectoryWatcher> logger) : BackgroundService
{
    private readonly Lock _lock = new();
    private volatile ClusterModels _current = ClusterModels.Empty;
    private Task? _refresh;

    public ClusterModels Current => _current;

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
        using var timer = new PeriodicTimer(options.Value.DirectoryInterval, time);
        try
        {
            do
            {
                await RefreshAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            _current = ClusterModels.From(await grains.GetGrain<IDeviceDirectoryGrain>(0).GetView());
        }
        catch (Exception e)
        {
            logger.DirectoryUnavailable(e);
        }
    }
}
