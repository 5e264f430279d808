using Grpc.Core;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>A request's pictures to embeddings, then its answer to the caller.</summary>
internal sealed class GenerationRelay(ImagePreparer preparer, AnswerFollower follower)
{
    private static readonly PreparedImages Nothing = new([], [], 0, 0);

    /// <param name="request">Validated.</param>
    /// <param name="call">Admitted; its command has no messages yet.</param>
    /// <param name="model">The request's.</param>
    /// <param name="responses">The caller.</param>
    /// <param name="stop">The caller left, or a deadline passed.</param>
    public async Task RunAsync(
        GenerateRequest request,
        GenerationCall call,
        ServedModel model,
        IServerStreamWriter<GenerateResponse> responses,
        CancellationToken stop)
    {
        PreparedImages images;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, call.Running.Cancelled);
            images = await preparer.PrepareAsync(call, model, request, either.Token);
            either.Token.ThrowIfCancellationRequested();
            if (call.IsOverdue)
                throw GenerateHandler.DeadlineExceeded();
        }
        catch (OperationCanceledException) when (call.Running.Cancelled.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            var accepted = new GenerationAccepted(0, 0, 0);
            await responses.WriteAsync(call.ToAccepted(accepted), stop);
            var finished = new GenerationFinished { End = GenerationEnd.Cancelled };
            await responses.WriteAsync(call.ToFinished(finished, accepted, Nothing), stop);
            return;
        }

        var command = call.Command with { Messages = CommandMapping.ToMessages(request, images.Keys) };
        await follower.RunAsync(call with { Command = command }, images, isRunning: false, responses, stop);
    }
}
