using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Errors;

namespace VisionCluster.Gateway.Generation;

/// <summary>Generations that this gateway relays; as many as admission lets in.</summary>
internal sealed class RunningGenerations(IGrainFactory grains, ILogger<RunningGeneration> logger)
{
    private readonly ConcurrentDictionary<(string Tenant, string RequestId), RunningGeneration> _running = new();

    public int Count => _running.Count;

    /// <exception cref="RequestException">The request id is in use.</exception>
    public RunningGeneration Start(string tenant, string requestId)
    {
        var running = new RunningGeneration(tenant, requestId, logger);
        if (_running.TryAdd((tenant, requestId), running))
            return running;
        running.Dispose();
        throw new RequestException(StatusCode.AlreadyExists, $"request_id: '{requestId}' is running already; choose another id.");
    }

    /// <summary>As <see cref="Start"/>, in place of a call whose client has come back before its loss was noticed.</summary>
    public RunningGeneration TakeOver(string tenant, string requestId)
    {
        var running = new RunningGeneration(tenant, requestId, logger);
        _running[(tenant, requestId)] = running;
        return running;
    }

    public void End(RunningGeneration running)
    {
        _running.TryRemove(KeyValuePair.Create((running.Tenant, running.RequestId), running));
        running.Dispose();
    }

    /// <returns>False when no such generation runs.</returns>
    public async Task<bool> CancelAsync(string tenant, string requestId)
    {
        if (_running.TryGetValue((tenant, requestId), out var running))
        {
            await running.CancelAsync();
            return true;
        }

        // Another gateway may relay it. Without a session its grain is named by the request.
        return await grains.GetGrain<IDecoderGrain>(DecoderKey.ForRequest(tenant, requestId)).Cancel(requestId);
    }
}
