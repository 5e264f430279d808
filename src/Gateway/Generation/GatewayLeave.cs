using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Generation;

/// <summary>
/// A gateway that is told to stop takes no new generations, gives the running ones <see cref="FailoverOptions.DrainTimeout"/>, and then ends
/// their calls; the generations themselves go on and wait for <c>ResumeGeneration</c> at another gateway.
/// </summary>
internal sealed class GatewayLeave : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenRegistration _registration;
    private readonly ITimer _timer;

    public GatewayLeave(IHostApplicationLifetime lifetime, IOptions<GatewayOptions> options, TimeProvider time)
    {
        _stopping = lifetime.ApplicationStopping;
        _timer = time.CreateTimer(_ => _ended.Cancel(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _registration = _stopping.Register(() => _timer.Change(options.Value.Failover.DrainTimeout, Timeout.InfiniteTimeSpan));
    }

    public bool IsLeaving => _stopping.IsCancellationRequested;

    /// <summary>Cancelled when running calls have to end.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <exception cref="RequestException">UNAVAILABLE.</exception>
    public void ThrowIfLeaving()
    {
        if (IsLeaving)
            throw RequestException.Unavailable("This gateway is leaving; try another one.");
    }

    public void Dispose()
    {
        _registration.Dispose();
        _timer.Dispose();
    }
}
