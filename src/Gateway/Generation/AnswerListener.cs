using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Generation;

/// <summary>
/// Gets an answer from the grain that runs it. Tokens are pushed, while a call to the grain lasts: for seconds, and it is repeated when no
/// token comes. It is the sign of life in both directions, and says what should have come. What has not is read.
/// </summary>
internal sealed class AnswerListener(
    AnswerSink sink, SiloLoss losses, GatewayMetrics metrics, IOptions<GatewayOptions> options, TimeProvider time)
{
    private const int MostDoubts = 2; // tokens may be on their way

    private readonly FailoverOptions _options = options.Value.Failover;

    /// <summary>For a start, whose silo is to push from the beginning; the first call is made when it has done so for a while.</summary>
    public AnswerReader Open(AnswerRun run) => new(sink.Reference, run.Intake.ListenFromStart(sink).Number, run.Next);

    /// <summary>One call's worth.</summary>
    /// <returns>True at the end of the answer.</returns>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    /// <exception cref="SiloLostException">There will be none.</exception>
    public async Task<bool> ListenAsync(AnswerRun run, CancellationToken stop)
    {
        if (!run.IsPushed)
            return await ReadAsync(run, stop);
        var feed = run.Intake.Listen(sink);
        var call = feed.Call ?? (feed.IsPushedByStart ? null : Follow(run, feed));
        feed.IsPushedByStart = false;
        feed.Called(null); // in case that this one fails
        var pieces = feed.Pieces;
        var anything = call is null ? Task.WhenAny(feed.Woken, feed.Due) : Task.WhenAny(call, feed.Woken, feed.Due);
        await losses.WaitAsync(anything, run.SiloLost, Timeout.InfiniteTimeSpan, time, stop);
        if (feed.Finished is { } finished)
            return run.Finish(finished);
        if (feed.Moved is { } moved)
        {
            run.Lost(moved: true, kv: moved.Kv);
            return false;
        }

        if (feed.HasGap)
        {
            run.Intake.StopListening();
            return await ReadAsync(run, stop);
        }

        if (call is null)
        {
            feed.Called(Follow(run, feed));
            return false;
        }

        var isUnderWay = !call.IsCompleted;
        if (isUnderWay)
            feed.Called(Follow(run, feed)); // which ends the earlier one
        var chunk = await WaitAsync(run, call, stop);
        var isMissed = run.Intake.Take(chunk) && chunk.Tokens.Length > 0 && feed.Pieces == pieces;
        feed.Doubts = isMissed ? feed.Doubts + 1 : 0;
        if (isMissed && (!isUnderWay || feed.Doubts == MostDoubts))
            run.NotPushed(); // tokens seconds old, and no piece: this silo's messages do not arrive
        return Ends(run, chunk);
    }

    /// <summary>The way without pushed tokens.</summary>
    private async Task<bool> ReadAsync(AnswerRun run, CancellationToken stop)
    {
        metrics.Reads.Add(1);
        var chunk = await WaitAsync(run, run.Grain.Read(run.RequestId, run.Next), stop);
        run.Intake.Take(chunk);
        return Ends(run, chunk);
    }

    private static bool Ends(AnswerRun run, GenerationChunk chunk)
    {
        if (chunk.Finished is { } finished)
            return run.Finish(finished);
        if (chunk.State != GenerationState.Known)
            run.Lost(chunk.State == GenerationState.Moved, kv: chunk.Kv);
        return false;
    }

    private Task<GenerationChunk> Follow(AnswerRun run, AnswerFeed feed)
    {
        var call = run.Grain.Follow(run.RequestId, run.Next, sink.Reference, feed.Number);
        call.Ignore(); // where nobody waits for it any more
        return call;
    }

    private Task<T> WaitAsync<T>(AnswerRun run, Task<T> call, CancellationToken stop) =>
        losses.WaitAsync(call, run.SiloLost, _options.CallTimeout, time, stop);
}
