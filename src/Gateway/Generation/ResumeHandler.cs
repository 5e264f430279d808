using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Admission;
using VisionCluster.Gateway.Auth;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Generation;

/// <summary>One ResumeGeneration call: finds the generation at its grain, and relays the rest.</summary>
internal sealed class ResumeHandler(
    IGrainFactory grains,
    AnswerFollower follower,
    RunningGenerations running,
    AdmissionGate gate,
    TenantWeights weights,
    GatewayMetrics metrics,
    GatewayLeave leave,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<ResumeHandler> logger)
{
    private static readonly PreparedImages Nothing = new([], [], 0, 0);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public async Task HandleAsync(
        ResumeGenerationRequest request, IServerStreamWriter<GenerateResponse> responses, ServerCallContext context)
    {
        var clock = new GenerationClock(time);
        if (request.RequestId.Length == 0)
            throw RequestException.Invalid("request_id is empty; send the id from `accepted`.");
        GenerateValidator.CheckId(request.RequestId, "request_id");
        GenerateValidator.CheckId(request.SessionId, "session_id");
        if (request.NextIndex > int.MaxValue)
            throw RequestException.Invalid("next_index must be the number of tokens that have come.");
        leave.ThrowIfLeaving();
        var tenant = context.GetTenant();
        if (!gate.TryEnterGeneration(tenant, weights.Of(tenant)))
            throw RequestException.Exhausted(gate.FullMessage, options.Value.Admission.RetryAfter);
        var generation = running.TakeOver(tenant, request.RequestId);
        try
        {
            var stop = context.CancellationToken;
            var (command, isRunning) = await FindAsync(tenant, request, stop);
            metrics.Resumed.Add(1);
            var call = new GenerationCall(request.SessionId, generation, command, clock) { FirstIndex = (int)request.NextIndex, IsResumed = true };
            await follower.RunAsync(call, Nothing, isRunning, responses, stop);
        }
        catch (RevisionMovedException)
        {
            throw RequestException.Unavailable("The model revision of this answer is no longer served; send the request again.");
        }
        finally
        {
            running.End(generation);
            gate.ExitGeneration(tenant);
        }
    }

    /// <returns>What was asked, and whether it runs; else it is to be started behind the tokens that the cluster's store has.</returns>
    private async Task<(GenerateCommand Command, bool IsRunning)> FindAsync(string tenant, ResumeGenerationRequest request, CancellationToken stop)
    {
        var (grain, caller) = (grains.GetGrain<IDecoderGrain>(GenerationCall.KeyOf(tenant, request.SessionId, request.RequestId)), Guid.NewGuid());
        if (await AskAsync(() => grain.Attach(request.RequestId, caller), stop) is { } running)
            return (running with { Caller = caller }, true);
        if (await AskAsync(() => grain.Recover(request.RequestId), stop) is { } stored)
            return (stored with { Caller = caller }, false);
        throw new RequestException(
            StatusCode.NotFound, "request_id: no such generation waits for its client (any more); send the request again.");
    }

    /// <summary>The silo may have died with the gateway: asks until the cluster knows.</summary>
    private async Task<GenerateCommand?> AskAsync(Func<Task<GenerateCommand?>> ask, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask().WaitAsync(options.Value.Failover.CallTimeout, time, stop);
            }
            catch (Exception e) when (ClusterFault.IsTransient(e, stop) && time.GetElapsedTime(started) < options.Value.Failover.Timeout)
            {
                logger.Rerouting(e);
                await Task.Delay(Pause, time, stop);
            }
        }
    }
}
