using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Embeddings;
using VisionCluster.Gateway.Errors;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>
/// Follows an answer from its grain to the caller, whatever becomes of the silos that compute it: what came is kept, a call that fails is
/// repeated, and where nothing is known of the generation any more it is started again behind the tokens that are here. The result is
/// the same, since the engine's randomness is a function of seed and position.
/// </summary>
internal sealed class AnswerFollower(
    IGrainFactory grains,
    DirectoryWatcher directory,
    DevicePicker picker,
    ImagePreparer preparer,
    GatewayLeave leave,
    AnswerListener listener,
    GatewayMetrics metrics,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<AnswerFollower> logger)
{
    private const int MaxStarts = 8; // in a second, of an answer that has not begun: refused by a silo that leaves, or has lost the model
    private static readonly WriteOptions MoreFollows = new(WriteFlags.BufferHint); // one packet for what is there
    private readonly FailoverOptions _options = options.Value.Failover;

    /// <param name="call">Its command is complete.</param>
    /// <param name="images">Embeddings for the first start.</param>
    /// <param name="isRunning">False if it is still to be started.</param>
    /// <param name="responses">The caller.</param>
    /// <param name="stop">The caller left, or a deadline passed.</param>
    public async Task RunAsync(
        GenerationCall call, PreparedImages images, bool isRunning, IServerStreamWriter<GenerateResponse> responses, CancellationToken stop)
    {
        var run = new AnswerRun(call, grains.GetGrain<IDecoderGrain>(call.GrainKey), images, metrics, time)
        {
            IsRunning = isRunning,
            OnAccepted = Accepted,
        };
        call.Running.Attach(run.Grain);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, leave.Ended);
        var writing = WriteAsync(run.Intake.Responses.Reader, responses, either);
        try
        {
            await FollowAsync(run, either.Token);
            run.Intake.Responses.Writer.Complete();
            await writing;
            run.Grain.Release(run.RequestId, call.Command.Caller).Ignore(); // one way
        }
        catch (Exception e)
        {
            run.Intake.Responses.Writer.TryComplete();
            await writing.WaitAsync(_options.CallTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (leave.Ended.IsCancellationRequested && !stop.IsCancellationRequested)
                throw RequestException.Unavailable("This gateway is leaving; go on at another one with ResumeGeneration.");
            await GiveUpAsync(run, e);
            throw;
        }
        finally
        {
            run.Intake.StopListening();
            if (run.Place is var (choice, silo, device))
                picker.Ended(choice, silo, device);
        }
    }

    /// <summary>To the caller at the caller's pace. One that stopped reading must not look, to the grain, like a gateway that died.</summary>
    private static async Task WriteAsync(
        ChannelReader<GenerateResponse> source, IServerStreamWriter<GenerateResponse> responses, CancellationTokenSource following)
    {
        try
        {
            // Without a token: cancelling a write would reset the call, and hide the status that it ends with.
            while (await source.WaitToReadAsync(CancellationToken.None))
            {
                while (source.TryRead(out var response))
                {
                    responses.WriteOptions = source.TryPeek(out _) ? MoreFollows : null;
                    await responses.WriteAsync(response, CancellationToken.None);
                }
            }
        }
        catch
        {
            await following.CancelAsync(); // nobody is there to read it
            throw;
        }
    }

    private async Task FollowAsync(AnswerRun run, CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                if (!run.IsRunning)
                    await StartAsync(run, stop);
                else if (await listener.ListenAsync(run, stop))
                    return;
            }
            catch (SiloLostException e) when (run.IsRunning)
            {
                logger.Rerouting(e);
                run.Lost(moved: false);
            }
            catch (Exception e) when (ClusterFault.IsTransient(e, stop))
            {
                logger.Rerouting(e);
                directory.Hurry();
                await PauseAsync(run, "A server of the cluster did not answer; try again.", stop);
            }
        }
    }

    private async Task StartAsync(AnswerRun run, CancellationToken stop)
    {
        if (run.Deaths.Losses >= DeathCount.Most)
            await directory.RefreshAsync(stop); // of a death just now, not everybody has heard
        if (run.Deaths.IsPoison)
        {
            logger.Poison(run.RequestId, run.Deaths.InARow);
            throw RequestException.Unavailable("The devices that ran this generation failed, one after the other; it is not tried again.");
        }

        var command = run.Call.Command;
        var model = directory.Current.Find(command.Model, command.Revision);
        var choice = model is null ? null : picker.Choose(model, run.Prompt(picker, model), command.Priority, run.Avoid);
        if (choice is not null)
            SiloHint.Set(choice.Device.SiloAddress);

        var start = run.ToCommand(choice) with { Reader = listener.Open(run) };
        StartReply reply;
        using (GatewayTrace.Start(start))
        {
            // Repeated while it still runs, it waits for the first one's end, whose reply counts as well.
            var starting = run.Begin(run.Grain.Start(start with { TraceParent = GatewayTrace.Parent }, stop));
            reply = await directory.Losses.WaitAsync(starting, Lost(choice), run.NextStartLimit(_options), time, stop);
        }

        if (!reply.IsRunning)
        {
            run.Intake.StopListening();
            if (choice is not null)
                picker.Refused(choice);
        }

        if (reply.IsRunning)
        {
            if (run.Call.Ticket is { } ticket && ticket.Request.Model.Revision != command.Revision)
                ticket.StartedElsewhere();
            else
                run.Call.Ticket?.Started(reply.Silo, reply.Device, reply.Submission);
            Placed(run, choice, reply);
            var goesOn = run.HasBegun; // before what was pushed since is taken
            run.Started(reply, directory.Current.SiloName(reply.Silo), directory.Losses.Of(reply.Silo));
            if (goesOn)
                logger.GoingOn(run.RequestId, start.Answered.Length);
            await run.Call.Running.ConfirmStartedAsync();
        }
        else if (reply.Bound is { } bound)
        {
            throw new RevisionMovedException(bound);
        }
        else if (reply.ImagesNeeded is { } keys)
        {
            await RecallAsync(run, model, keys, stop);
        }
        else
        {
            await RefusedAsync(run, reply, stop);
        }
    }

    private CancellationToken Lost(DeviceChoice? choice) => choice is null ? default : directory.Losses.Of(choice.Device.SiloAddress);

    private void Placed(AnswerRun run, DeviceChoice? choice, StartReply reply)
    {
        if (choice is null)
            return;
        metrics.Placed(picker.Started(choice, reply.Silo, reply.Device));
        run.Placed(choice, reply);
    }

    /// <summary>The prompt was taken: what was expected of its device's memory is compared with what it had.</summary>
    private void Accepted(AnswerRun run, GenerationAccepted accepted)
    {
        if (run.Place is not var (choice, silo, device))
            return;
        metrics.PrefixTokensExpected.Add(picker.Accepted(choice, silo, device, accepted));
        metrics.PrefixTokensFound.Add(accepted.CachedTokens);
    }

    private async Task RecallAsync(AnswerRun run, ServedModel? model, string[] keys, CancellationToken stop)
    {
        if (model is null)
        {
            await PauseAsync(run, "No server has the model just now; try again.", stop); // or this gateway has not heard of it yet
            return;
        }

        if (!run.TryRecall())
            throw RequestException.Unavailable("The session's images keep being dropped to make room; try again.");
        var started = run.Call.Clock.Elapsed;
        try
        {
            var (embeddings, encoded) = await preparer.RecallAsync(run.Call.Tenant, model, keys, stop);
            run.Add(embeddings, encoded);
        }
        catch (ImageGoneException e) when (run.HasBegun)
        {
            throw RequestException.Unavailable(
                $"The answer was interrupted, and every copy of the image '{e.Key}' is gone; send the request again with the picture.");
        }

        run.Call.Clock.EncodeDone(started);
    }

    private async Task RefusedAsync(AnswerRun run, StartReply reply, CancellationToken stop)
    {
        var refusal = reply.Refusal!;
        var begun = run.HasBegun;
        if (begun && refusal.Reason == RefusalReason.SessionBusy)
        {
            // Another gateway, to which the client came back meanwhile, was quicker.
            run.IsRunning = await run.Grain.Attach(run.RequestId, run.Call.Command.Caller).WaitAsync(_options.CallTimeout, time, stop) is not null;
            await PauseAsync(run, refusal.Message, stop);
            return;
        }

        if (refusal.Reason == RefusalReason.Unavailable)
        {
            await directory.RefreshAsync(stop); // the revision may have been unloaded
            if (directory.Current.Find(run.Call.Command.Model, run.Call.Command.Revision) is null)
            {
                if (!begun)
                    throw new RevisionMovedException(null);
                run.Refused(reply.Silo);
                await PauseAsync(run, "The model revision of this answer is no longer served; send the request again.", stop);
                return;
            }
        }

        var passes = refusal.Reason is RefusalReason.Unavailable || (begun && refusal.Reason is RefusalReason.QueueFull);
        if (!passes || (!begun && run.Starts >= MaxStarts))
            throw StatusMapping.ToException(refusal, options.Value.Admission.RetryAfter);
        logger.Rerouting(null);
        run.Refused(reply.Silo);
        await PauseAsync(run, refusal.Message, stop);
    }

    private async Task PauseAsync(AnswerRun run, string message, CancellationToken stop)
    {
        if (run.Intake.Silence > _options.Timeout)
            throw RequestException.Unavailable(message);
        await Task.Delay(run.NextPause(), time, stop);
    }

    /// <summary>Nobody waits for the answer any more, unless its client said that it would come back.</summary>
    private async Task GiveUpAsync(AnswerRun run, Exception reason)
    {
        if (run.Call.Waits && reason is OperationCanceledException)
            return;
        try
        {
            // What overtakes a start on its way abandons nothing.
            await run.Starting.WaitAsync(_options.CallTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await run.Grain.Abandon(run.RequestId, run.Call.Command.Caller).WaitAsync(_options.CallTimeout, time);
        }
        catch (Exception e)
        {
            logger.NotAbandoned(e, run.RequestId);
        }
    }
}
