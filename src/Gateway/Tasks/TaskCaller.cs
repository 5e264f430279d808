using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tasks;

/// <summary>Calls a model's task grain on one of its devices, and on another when that one has left.</summary>
internal sealed class TaskCaller(
    IGrainFactory grains, DirectoryWatcher directory, IOptions<GatewayOptions> options, TimeProvider time, ILogger<TaskCaller> logger)
{
    private const int MaxDevices = 2;
    private int _next;

    /// <exception cref="RequestException">The grain refused.</exception>
    public async Task<TReply> CallAsync<TReply>(
        ServedModel model, Func<ITaskGrain, Task<TReply>> call, Func<TReply, Refusal?> refusalOf, CancellationToken stop)
    {
        var (asked, retry) = (0, new CallRetry(options.Value.Failover, time, logger));
        while (true)
        {
            var devices = (directory.Current.Find(model.Name, model.Revision) ?? model).Devices;
            var device = devices[(int)((uint)Interlocked.Increment(ref _next) % devices.Count)];
            var key = new EncoderKey(model.Name, model.Revision, device.SiloAddress, device.Report.Device);
            try
            {
                var reply = await directory.Losses.WaitAsync(call(grains.GetGrain<ITaskGrain>(key.ToString())), device.SiloAddress, stop);
                if (refusalOf(reply) is not { } refusal)
                    return reply;
                if (++asked == MaxDevices || refusal.Reason != RefusalReason.Unavailable)
                    throw StatusMapping.ToException(refusal, options.Value.Admission.RetryAfter);
                logger.Rerouting(null);
            }
            catch (Exception e) when (retry.Allows(e, stop))
            {
                await retry.WaitAsync(e, stop);
            }
        }
    }
}
