using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// An answer as it grows, read by position by whoever asks, and pushed to whoever listens; bounded by the engine's token limit. Thread-safe:
/// it grows on the engine's behalf while its grain's turns read it.
/// </summary>
internal sealed class AnswerLog(IEnumerable<GeneratedToken> answered)
{
    /// <summary>Position of a reader that does not know yet that the prompt was taken.</summary>
    public const int BeforeAccepted = -1;

    private const int MaxChunkTokens = 256;

    private readonly Lock _lock = new();
    private readonly List<GeneratedToken> _tokens = [.. answered];
    private readonly List<PushedReader> _pushed = []; // one for each call to Follow that is under way; used under the lock
    private TaskCompletionSource? _changed; // null while nobody waits
    private bool _closed;

    /// <summary>Completes with the next change.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public GenerationAccepted? Accepted { get; private set; }

    public GenerationFinished? Finished { get; private set; }

    /// <summary>It goes on elsewhere; null while it does not.</summary>
    public AnswerMove? Moved { get; private set; }

    public int Count
    {
        get
        {
            lock (_lock)
                return _tokens.Count;
        }
    }

    public GeneratedToken this[int index]
    {
        get
        {
            lock (_lock)
                return _tokens[index];
        }
    }

    public GeneratedToken[] ToArray()
    {
        lock (_lock)
            return [.. _tokens];
    }

    /// <summary>The text of all tokens.</summary>
    public string Text => string.Concat(ToArray().Select(t => t.Text));

    public void Accept(GenerationAccepted accepted)
    {
        lock (_lock)
        {
            Accepted = accepted;
            Signal();
        }
    }

    /// <summary>Adds a token; one that is there already was generated a second time, with the same result.</summary>
    public void Append(GeneratedToken token)
    {
        lock (_lock)
        {
            if (token.Index >= _tokens.Count)
                _tokens.Add(token);
        }
    }

    /// <summary>Shows readers what was appended.</summary>
    /// <param name="more">Other answers follow: see <see cref="AnswerOutbox.TryAdd"/>.</param>
    public void Flush(bool more = false)
    {
        lock (_lock)
            Signal(more);
    }

    public void Finish(GenerationFinished finished)
    {
        lock (_lock)
        {
            Finished = finished;
            Signal();
            if (finished.End == GenerationEnd.Failed)
                Close(); // the grain leaves its device, which a call under way would hinder
        }
    }

    /// <summary>The answer goes on elsewhere.</summary>
    /// <param name="kv">What it can go on with.</param>
    public void Move(KvTicket? kv = null)
    {
        lock (_lock)
        {
            Moved = new AnswerMove(kv);
            Signal();
            Close();
        }
    }

    /// <summary>Nothing is pushed any more: whoever listens has to ask again.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var reader in _pushed)
                reader.End();
        }
    }

    /// <summary>What is there, and then what comes, goes to the reader until the result is disposed, or the reader comes again.</summary>
    public PushedReader Push(AnswerPublisher publisher, AnswerReader reader)
    {
        lock (_lock)
        {
            foreach (var earlier in _pushed)
                earlier.ReplaceBy(reader);
            var pushed = new PushedReader(publisher.Open(reader.Sink), reader, Forget);
            _pushed.Add(pushed);
            pushed.Advance(this, more: false);
            if (_closed)
                pushed.End();
            return pushed;
        }

        void Forget(PushedReader gone)
        {
            lock (_lock)
                _pushed.Remove(gone);
            publisher.Close(reader.Sink);
        }
    }

    /// <param name="next">The position.</param>
    /// <param name="end">Position of the first token that is not wanted.</param>
    /// <returns>Null when nothing is there from the position on.</returns>
    public GenerationChunk? TryRead(int next, int end = int.MaxValue)
    {
        lock (_lock)
        {
            var from = Math.Clamp(next, 0, _tokens.Count);
            var count = Math.Clamp(Math.Min(_tokens.Count, end) - from, 0, MaxChunkTokens);
            var atEnd = from + count == _tokens.Count;
            if (Accepted is null && Finished is null && Moved is null)
                return null;
            if (count == 0 && Finished is null && Moved is null && next != BeforeAccepted)
                return null;
            return new GenerationChunk
            {
                State = Moved is not null && atEnd ? GenerationState.Moved : GenerationState.Known,
                Accepted = Accepted,
                Tokens = [.. _tokens.GetRange(from, count)],
                Finished = atEnd ? Finished : null,
                Kv = atEnd ? Moved?.Kv : null,
            };
        }
    }

    private void Signal(bool more = false)
    {
        foreach (var reader in _pushed)
            reader.Advance(this, more);
        var changed = _changed;
        _changed = null;
        changed?.TrySetResult();
    }
}
