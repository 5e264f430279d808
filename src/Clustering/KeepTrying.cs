using Microsoft.Extensions.Logging;

namespace VisionCluster.Clustering;

/// <summary>A gateway may start before the first silo, or before the store: it waits for them.</summary>
internal sealed class KeepTrying(ILogger<KeepTrying> logger) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        logger.ClusterNotThere(exception.Message);
        await Task.Delay(Pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellationToken.IsCancellationRequested;
    }
}
