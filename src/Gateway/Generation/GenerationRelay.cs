using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Generation;

/// <summary>Pictures to embeddings, then the decoder grain's stream to the caller: one message for each token.</summary>
internal sealed class GenerationRelay(
    IGrainFactory grains, ImagePreparer preparer, IOptions<GatewayOptions> options, ILogger<GenerationRelay> logger)
{
    private const int MaxAttempts = 3; // the first, one with the images asked back, one elsewhere

    /// <param name="call">Admitted.</param>
    /// <param name="responses">The caller.</param>
    /// <param name="stop">The caller left, or a deadline passed.</param>
    public async Task RunAsync(GenerationCall call, IServerStreamWriter<GenerateResponse> responses, CancellationToken stop)
    {
        var nothing = new PreparedImages([], [], 0, 0);
        PreparedImages images;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, call.Running.Cancelled);
            images = await preparer.PrepareAsync(call.Tenant, call.Model, call.Request, call.Clock, either.Token);
            either.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (call.Running.Cancelled.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            var accepted = new GenerationAccepted(0, 0, 0);
            await responses.WriteAsync(call.ToAccepted(accepted, nothing), stop);
            var finished = new GenerationFinished { End = GenerationEnd.Cancelled };
            await responses.WriteAsync(call.ToFinished(finished, accepted, nothing), stop);
            return;
        }

        var grain = grains.GetGrain<IDecoderGrain>(call.GrainKey);
        call.Running.Attach(grain);
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await AttemptAsync(call, grain, images, responses, attempt == MaxAttempts, stop);
            if (outcome is null)
                return;
            if (outcome is { ImagesNeeded: { } keys } && attempt < MaxAttempts)
            {
                var started = call.Clock.Elapsed;
                var (embeddings, encoded) = await preparer.RecallAsync(call.Tenant, call.Model, keys, stop);
                call.Clock.EncodeDone(started);
                images = images with { Embeddings = [.. images.Embeddings, .. embeddings], Encoded = images.Encoded + encoded };
            }
            else if (outcome.Refusal is not { Reason: RefusalReason.Unavailable } || attempt == MaxAttempts)
            {
                throw outcome.Refusal is { } refusal
                    ? StatusMapping.ToException(refusal, options.Value.Admission.RetryAfter)
                    : RequestException.Unavailable("The session's images keep being dropped to make room; try again.");
            }
            else
            {
                logger.Rerouting(null);
            }
        }
    }

    /// <returns>Null when the stream ran to its end, or the event that wants another attempt.</returns>
    private async Task<GenerationEvent?> AttemptAsync(
        GenerationCall call,
        IDecoderGrain grain,
        PreparedImages images,
        IServerStreamWriter<GenerateResponse> responses,
        bool last,
        CancellationToken stop)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, SiloAddress.FromParsableString(call.Model.LeastBusy().SiloAddress));
        GenerationAccepted? accepted = null;
        try
        {
            await foreach (var item in grain.Generate(call.ToCommand(images), stop).WithCancellation(stop))
            {
                switch (item.Kind)
                {
                    case GenerationEventKind.Accepted:
                        accepted = item.Accepted!;
                        await call.Running.ConfirmStartedAsync();
                        await responses.WriteAsync(call.ToAccepted(accepted, images), stop);
                        break;
                    case GenerationEventKind.Token:
                        call.Clock.TokenWritten();
                        await responses.WriteAsync(EventMapping.ToToken(item.Token!), stop);
                        break;
                    case GenerationEventKind.Finished:
                        await FinishAsync(call, item.Finished!, accepted!, images, responses, stop);
                        return null;
                    default:
                        return item;
                }
            }
        }
        catch (Exception e) when (accepted is null && !last && StatusMapping.IsTransient(e))
        {
            logger.Rerouting(e);
            return GenerationEvent.Of(new Refusal(RefusalReason.Unavailable, "A server of the cluster did not answer; try again."));
        }

        throw RequestException.Unavailable("The generation's server left; try again.");
    }

    private static Task FinishAsync(
        GenerationCall call,
        GenerationFinished finished,
        GenerationAccepted accepted,
        PreparedImages images,
        IServerStreamWriter<GenerateResponse> responses,
        CancellationToken stop) => finished.End switch
        {
            GenerationEnd.DeadlineExceeded => throw GenerateHandler.DeadlineExceeded(),
            GenerationEnd.Failed => throw RequestException.Unavailable("The device failed during the generation; try again."),
            _ => responses.WriteAsync(call.ToFinished(finished, accepted, images), stop),
        };
}
