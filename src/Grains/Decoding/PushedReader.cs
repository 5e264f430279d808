using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Decoding;

/// <summary>A reader that is sent a log's pieces, while its call to the grain lasts. Used under the log's lock only.</summary>
/// <param name="outbox">Of its gateway.</param>
/// <param name="reader">Who.</param>
/// <param name="onDispose">Told that it is gone.</param>
internal sealed class PushedReader(AnswerOutbox outbox, AnswerReader reader, Action<PushedReader> onDispose) : IDisposable
{
    /// <summary>Tokens of one call: what a gateway that does not take them can make a silo hold. Its next call says that it has them.</summary>
    internal const int Window = 2_048;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _end = Math.Max(reader.Next, 0) + Window;
    private int _next = reader.Next;
    private bool _isDone;

    /// <summary>Completes when nothing more is sent during this call.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Position of its gateway's next call; null while there is none.</summary>
    public int? Successor { get; private set; }

    /// <summary>Sends what it has not been sent yet, as far as there is room; the rest stays in the log.</summary>
    /// <param name="log">The answer.</param>
    /// <param name="more">Other answers follow: see <see cref="AnswerOutbox.TryAdd"/>.</param>
    public void Advance(AnswerLog log, bool more)
    {
        if (Successor is not null || _isDone || (log.Accepted is null && log.Finished is null))
            return;
        if (_next == AnswerLog.BeforeAccepted)
        {
            if (log.Accepted is { } accepted && !outbox.TryAdd(AnswerPiece.Of(reader.Number, accepted), more))
                return;
            _next = 0;
        }

        while (_next < log.Count)
        {
            if (_next == _end)
            {
                End();
                return;
            }

            if (!outbox.TryAdd(AnswerPiece.Of(reader.Number, log[_next]), more))
                return;
            _next++;
        }

        if (log.Finished is { } finished)
            _isDone = outbox.TryAdd(AnswerPiece.Of(reader.Number, log.Count, finished), more);
        else if (log.Moved is { } moved)
            _isDone = outbox.TryAdd(AnswerPiece.Of(reader.Number, log.Count, moved), more);
    }

    public void End() => _ended.TrySetResult();

    /// <summary>Ends if the other one is its gateway's next call.</summary>
    public void ReplaceBy(AnswerReader other)
    {
        if (other.Number != reader.Number || !other.Sink.Equals(reader.Sink))
            return;
        Successor = other.Next;
        End();
    }

    public void Dispose() => onDispose(this);
}
