using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tasks;

/// <summary>Calls a model's task grain on one of its devices, and on another when that one has left.</summary>
internal sealed class TaskCaller(IGrainFactory grains, IOptions<GatewayOptions> options, ILogger<TaskCaller> logger)
{
    private const int MaxAttempts = 2;
    private int _next;

    /// <exception cref="RequestException">The grain refused.</exception>
    public async Task<TReply> CallAsync<TReply>(ServedModel model, Func<ITaskGrain, Task<TReply>> call, Func<TReply, Refusal?> refusalOf)
    {
        for (var attempt = 1; ; attempt++)
        {
            var device = model.Devices[(int)((uint)Interlocked.Increment(ref _next) % model.Devices.Count)];
            var key = new EncoderKey(model.Name, model.Revision, device.SiloAddress, device.Report.Device);
            var last = attempt == MaxAttempts;
            try
            {
                var reply = await call(grains.GetGrain<ITaskGrain>(key.ToString()));
                if (refusalOf(reply) is not { } refusal)
                    return reply;
                if (last || refusal.Reason != RefusalReason.Unavailable)
                    throw StatusMapping.ToException(refusal, options.Value.Admission.RetryAfter);
                logger.Rerouting(null);
            }
            catch (Exception e) when (!last && StatusMapping.IsTransient(e))
            {
                logger.Rerouting(e);
            }
        }
    }
}
