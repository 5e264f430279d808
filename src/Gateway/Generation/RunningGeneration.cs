using Microsoft.Extensions.Logging;
using VisionCluster.Contracts.Grains;

namespace VisionCluster.Gateway.Generation;

/// <summary>A generation between its arrival and its last message, as CancelGeneration finds it.</summary>
internal sealed class RunningGeneration(string tenant, string requestId, ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _cancelled = new();
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

    public void Dispose() => _cancelled.Dispose();

    private async Task CancelAtGrainAsync()
    {
        try
        {
            if (_grain is { } grain)
                await grain.Cancel(RequestId);
        }
        catch (Exception e)
        {
            logger.CancelFailed(e, RequestId);
        }
    }
}
