using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// An answer as it grows, read by position by whoever asks; bounded by the engine's token limit. Used on the grain's turns only.
/// </summary>
internal sealed class AnswerLog(IEnumerable<GeneratedToken> answered)
{
    /// <summary>Position of a reader that does not know yet that the prompt was taken.</summary>
    public const int BeforeAccepted = -1;

    private const int MaxChunkTokens = 256;

    private readonly List<GeneratedToken> _tokens = [.. answered];
    private TaskCompletionSource _changed = NewSignal();
    private GenerationAccepted? _accepted;
    private GenerationFinished? _finished;
    private bool _moved;

    /// <summary>Completes with the next change.</summary>
    public Task Changed => _changed.Task;

    /// <summary>The text of all tokens.</summary>
    public string Text => string.Concat(_tokens.Select(t => t.Text));

    public void Accept(GenerationAccepted accepted)
    {
        _accepted = accepted;
        Signal();
    }

    /// <summary>Adds a token; one that is there already was generated a second time, with the same result.</summary>
    public void Append(GeneratedToken token)
    {
        if (token.Index >= _tokens.Count)
            _tokens.Add(token);
    }

    /// <summary>Shows readers what was appended.</summary>
    public void Flush() => Signal();

    public void Finish(GenerationFinished finished)
    {
        _finished = finished;
        Signal();
    }

    /// <summary>The answer goes on elsewhere.</summary>
    public void Move()
    {
        _moved = true;
        Signal();
    }

    /// <returns>Null when nothing is there from the position on.</returns>
    public GenerationChunk? TryRead(int next)
    {
        var from = Math.Clamp(next, 0, _tokens.Count);
        var count = Math.Min(_tokens.Count - from, MaxChunkTokens);
        var atEnd = from + count == _tokens.Count;
        if (_accepted is null && _finished is null && !_moved)
            return null;
        if (count == 0 && _finished is null && !_moved && next != BeforeAccepted)
            return null;
        return new GenerationChunk
        {
            State = _moved && atEnd ? GenerationState.Moved : GenerationState.Known,
            Accepted = _accepted,
            Tokens = [.. _tokens.GetRange(from, count)],
            Finished = atEnd ? _finished : null,
        };
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.TrySetResult();
    }
}
