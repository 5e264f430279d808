using Grpc.Core;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>A request's pictures to embeddings, then its answer to the caller.</summary>
internal sealed class GenerationRelay(ImagePreparer preparer, AnswerFollower follower, RevisionSwitch revisions, DirectoryWatcher directory)
{
    private const int MaxRoutes = 4; // the serving revision, the session's, and two that leave meanwhile
    private const int MaxPrepares = 8;
    private static readonly TimeSpan PreparePause = TimeSpan.FromMilliseconds(100);
    private static readonly PreparedImages Nothing = new([], [], 0, 0);

    /// <param name="request">Validated.</param>
    /// <param name="call">Admitted; its command has no messages yet.</param>
    /// <param name="model">The request's, unless its session has another revision.</param>
    /// <param name="responses">The caller.</param>
    /// <param name="stop">The caller left, or a deadline passed.</param>
    public async Task RunAsync(
        GenerateRequest request,
        GenerationCall call,
        ServedModel model,
        IServerStreamWriter<GenerateResponse> responses,
        CancellationToken stop)
    {
        var route = new RevisionRoute(model);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RunOnAsync(request, call.On(route), route.Model, responses, stop);
                return;
            }
            catch (RevisionMovedException e) when (attempt < MaxRoutes)
            {
                route = await revisions.NextAsync(call.Tenant, request.Model, route.Model, e.Bound, stop);
            }
        }
    }

    private async Task RunOnAsync(
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
            images = await PrepareAsync(request, call, model, either.Token);
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

    /// <exception cref="RevisionMovedException">The revision has left the cluster meanwhile.</exception>
    private async Task<PreparedImages> PrepareAsync(GenerateRequest request, GenerationCall call, ServedModel model, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await preparer.PrepareAsync(call, model, request, stop);
            }
            catch (RequestException e) when (e.Status == StatusCode.Unavailable)
            {
                await directory.RefreshAsync(stop);
                if (directory.Current.Find(model.Name, model.Revision) is null)
                    throw new RevisionMovedException(null);
                if (attempt == MaxPrepares)
                    throw;
            }

            await Task.Delay(PreparePause, stop); // its device has lost the revision, and the directory has not heard of it
        }
    }
}
