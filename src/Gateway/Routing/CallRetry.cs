using Microsoft.Extensions.Logging;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Routing;

/// <summary>
/// Whether a call to a device is made again after the cluster failed it. While a silo's death spreads, calls that never reach a device fail
/// for a second or so, however often they are made; one that may have begun there is made once more only, since it may be what killed the silo.
/// </summary>
internal sealed class CallRetry(FailoverOptions options, TimeProvider time, ILogger logger)
{
    private const int MaxBegun = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly long _started = time.GetTimestamp();
    private int _begun;

    /// <summary>Whether to make it again.</summary>
    /// <param name="exception">What it ended with.</param>
    /// <param name="stop">The caller's reasons to end it.</param>
    public bool Allows(Exception exception, CancellationToken stop) =>
        ClusterFault.IsTransient(exception, stop)
        && time.GetElapsedTime(_started) < options.Timeout
        && (ClusterFault.IsHarmless(exception, stop) || _begun + 1 < MaxBegun);

    /// <summary>Waits before it is made again.</summary>
    public async Task WaitAsync(Exception exception, CancellationToken stop)
    {
        logger.Rerouting(exception);
        if (!ClusterFault.IsHarmless(exception, stop))
            _begun++;
        await Task.Delay(Pause, time, stop);
    }
}
