using Microsoft.Extensions.Logging;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Generation;

/// <summary>A generation between its arrival and its last message, as CancelGeneration finds it.</summary>
internal sealed class RunningGeneration(string tenant, string requestId, ILogger logger) : IDisposable
{
    private const int CancelAttempts = 10;
    private static readonly TimeSpan CancelInterval = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _cancelled = new();
    private volatile bool _ended;
    private volatile IDecoderGrain? _grain;

    public string Tenant { get; } = tenant;

    public string RequestId { get; } = requestId;

    /// <summary>CancelGeneration was called.</summary>
    public CancellationToken Cancelled => _cancelled.Token;

    public async Task CancelAsync()
    {
        try
        {
            await _cancelled.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            return; // finished meanwhile
        }

        await CancelAtGrainAsync();
    }

    /// <summary>From now on cancellation goes to the grain, whose stream then finishes by itself.</summary>
    public void Attach(IDecoderGrain grain) => _grain = grain;

    /// <summary>The grain has begun: a cancellation that came too early for it is repeated.</summary>
    public Task ConfirmStartedAsync() => _cancelled.IsCancellationRequested ? CancelAtGrainAsync() : Task.CompletedTask;

    public void Dispose()
    {
        _ended = true;
        _cancelled.Dispose();
    }

    private async Task CancelAtGrainAsync()
    {
        try
        {
            // The call that starts the generation may still be on its way to the grain.
            for (var attempt = 1; _grain is { } grain && !_ended && !await grain.Cancel(RequestId) && attempt < CancelAttempts; attempt++)
                await Task.Delay(CancelInterval);
        }
        catch (Exception e)
        {
            logger.CancelFailed(e, RequestId);
        }
    }
}
