using VisionCluster.Inference.Diagnostics;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// The engine's thread: schedule (<see cref="DecodeScheduler"/>), run (<see cref="IDecoderRunner"/>), complete (sample, stop, report).
/// Whatever the runner throws ends the sequences of that call and nothing else. A step allocates nothing.
/// </summary>
internal sealed class DecodeLoop : IDisposable
{
    private readonly IDecoderRunner _runner;
    private readonly DecodeEngineOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly DecodeInbox _inbox;
    private readonly InferenceMetrics _metrics;
    private readonly DecodeScheduler _scheduler = new();
    private readonly KvCache _kv;
    private readonly Sampler _sampler;
    private readonly DecodeBuffers _buffers;
    private readonly ChunkPlanner _chunks;
    private readonly SpeculationPlanner _speculation;
    private readonly EngineSpeed _speed = new();
    private readonly Func<SequenceState, bool> _tryMakeRoom;
    private readonly List<SequenceState> _arrived = [];
    private readonly List<SequenceState> _due = [];
    private readonly List<KvEntry> _closed = [];

    public DecodeLoop(
        IDecoderRunner runner, DecodeEngineOptions options, TimeProvider timeProvider, DecodeInbox inbox, InferenceMetrics metrics)
    {
        (_runner, _options, _timeProvider, _inbox, _metrics) = (runner, options, timeProvider, inbox, metrics);
        // A prompt whose tokens look at each other in both directions runs as a whole.
        var chunk = runner.BidirectionalPrefix ? runner.SlotCapacity : options.PrefillChunkTokens;
        var minChunk = runner.BidirectionalPrefix ? chunk : options.MinChunkTokens;
        _kv = new KvCache(runner, options, metrics);
        _sampler = new Sampler(runner.VocabularySize);
        _speculation = new SpeculationPlanner(
            Math.Min(options.MaxDraftTokens ?? (runner.IsExact ? DecodeEngineOptions.ExactDraftTokens : 0), runner.LogitRows - 1), options.FixedDraftTokens);
        _buffers = new DecodeBuffers(runner, Math.Max(chunk, runner.LogitRows));
        _chunks = new ChunkPlanner(chunk, minChunk, options.MaxStallSteps);
        _tryMakeRoom = TryMakeRoom;
        Publish();
    }

    /// <summary>Runs until the inbox is stopped.</summary>
    public void Run()
    {
        Exception? failure = null;
        try
        {
            while (TakeArrivals())
                RunStep();
        }
        catch (Exception exception) // a bug: nothing the runner throws comes here
        {
            failure = exception;
        }
        _inbox.Stop();
        TakeArrivals();
        _scheduler.CollectAll(_due);
        EndDue(failure is null ? FinishReason.Cancelled : FinishReason.Error, failure);
    }

    public void Dispose() => _kv.Dispose();

    private void RunStep()
    {
        _scheduler.CollectDue(_timeProvider, _due);
        EndDue(null, null);
        var step = _scheduler.Next(_tryMakeRoom, out var prompt);
        if (step == DecodeStep.None)
        {
            // Nothing waits and nothing runs: room is never short without a running sequence.
            _inbox.Wait();
            return;
        }
        _options.BeforeStep?.Invoke(step);
        var started = _timeProvider.GetTimestamp();
        if (step == DecodeStep.Prefill)
        {
            var tokens = Prefill(prompt!);
            var time = _timeProvider.GetElapsedTime(started);
            _chunks.Prefilled(time, tokens);
            _speed.Prefilled(time, tokens);
            _metrics.PrefillStep(time, tokens);
        }
        else
        {
            var (rows, drafted) = Decode();
            var time = _timeProvider.GetElapsedTime(started);
            _chunks.Decoded(time);
            if (rows == 1)
                _speculation.Record(drafted, time);
            _speed.Decoded(time, rows);
            _metrics.DecodeStep(time, rows);
        }
        Publish();
        _options.AfterStep?.Invoke(step);
    }

    private bool TakeArrivals()
    {
        var running = _inbox.Take(_arrived, _closed);
        foreach (var sequence in _arrived)
        {
            if (sequence.Kv.Use == SlotUse.Idle)
                _kv.Touch(sequence.Kv);
            _scheduler.Add(sequence);
            if (sequence.EndedBefore is { } reason)
                End(sequence, reason, null);
        }
        foreach (var entry in _closed)
            Evict(entry);
        if (_closed.Count > 0)
            Publish();
        _arrived.Clear();
        _closed.Clear();
        return running;
    }

    private void EndDue(FinishReason? reason, Exception? error)
    {
        foreach (var sequence in _due)
        {
            var cancelled = sequence.Generation.CancelRequested;
            End(sequence, reason ?? (cancelled ? FinishReason.Cancelled : FinishReason.DeadlineExceeded), error);
        }
        _due.Clear();
    }

    /// <summary>Room for a waiting sequence, if need be that of running ones of lower priority.</summary>
    private bool TryMakeRoom(SequenceState sequence)
    {
        while (!_kv.HasRoomFor(sequence))
        {
            if (_scheduler.Victim() is not { } victim || victim.Request.Priority >= sequence.Request.Priority)
                return false;
            Preempt(victim);
        }
        return true;
    }

    /// <summary>Memory for a running sequence's first tokens, if need be that of the newest of the lowest priority, which may be its own.</summary>
    private bool TryGrow(SequenceState sequence, int tokens)
    {
        while (!_kv.TryReserve(sequence.Kv, tokens))
        {
            var victim = _scheduler.Victim()!;
            Preempt(victim);
            if (victim == sequence)
                return false;
        }
        return true;
    }

    /// <summary>Takes a running sequence's KV; it waits, and prefills its prompt again and what is known of its answer.</summary>
    private void Preempt(SequenceState sequence)
    {
        _scheduler.Preempt(sequence);
        Evict(sequence.Kv);
        _inbox.ReturnToQueue(sequence);
        _metrics.Preempted();
    }

    /// <summary>Runs one chunk; returns its tokens.</summary>
    private int Prefill(SequenceState sequence)
    {
        var entry = sequence.Kv;
        if (entry.Sequence != sequence && !TryStart(sequence))
            return 0;
        var past = entry.Tokens;
        var left = sequence.PrefillTokens - past;
        var tokens = Math.Min(_chunks.Tokens(_scheduler.DecodingCount), left);
        // No crumb may be left over for a last chunk.
        if (left > tokens && left - tokens < _runner.MinExactChunk && tokens >= 2 * _runner.MinExactChunk)
            tokens = left - _runner.MinExactChunk;
        if (!TryGrow(sequence, past + tokens))
            return 0;
        var last = past + tokens == sequence.PrefillTokens;
        var isNews = past + tokens == sequence.HistoryTokens;
        var logits = isNews ? _buffers.LogitsRow(0) : [];
        try
        {
            var embeddings = _buffers.Embeddings(tokens);
            sequence.Embedder.Write(_runner, past, tokens, embeddings);
            _runner.Prefill(entry.Slot, past, embeddings, logits);
        }
        catch (Exception exception)
        {
            _metrics.DeviceFailed();
            End(sequence, FinishReason.Error, exception);
            return tokens;
        }
        entry.Tokens = past + tokens;
        _scheduler.Shares.ChargePrompt(sequence.Request, tokens);
        if (last)
        {
            _scheduler.StartDecoding(sequence);
            _kv.StartDecoding(entry);
            if (isNews)
                Complete(sequence, logits);
        }
        return tokens;
    }

    /// <summary>Gives a waiting sequence its slot, with what is there of its prompt or can be copied; false if copying failed.</summary>
    private bool TryStart(SequenceState sequence)
    {
        _scheduler.Admit(sequence);
        _inbox.LeaveQueue(sequence);
        // Packing now leaves the slot after the last row free, where a long prompt need not move once it decodes.
        if (sequence.Kv.Use == SlotUse.Free && sequence.PrefillTokens > _options.PrefillChunkTokens)
            Pack();
        int cached;
        try
        {
            cached = _kv.Start(sequence);
        }
        catch (Exception exception)
        {
            _metrics.DeviceFailed();
            End(sequence, FinishReason.Error, exception);
            return false;
        }
        if (sequence.PrefillStartedAt != 0)
            return true; // preempted before
        sequence.CachedTokens = cached;
        sequence.PrefillStartedAt = _timeProvider.GetTimestamp();
        _metrics.Admitted(_timeProvider.GetElapsedTime(sequence.SubmittedAt, sequence.PrefillStartedAt), cached);
        sequence.Generation.Admit(cached);
        return true;
    }

    /// <summary>Runs one token for every row, or several of a single row; returns the rows and the guessed tokens.</summary>
    private (int Rows, int Drafted) Decode()
    {
        Pack();
        var rows = _kv.DecodeCount;
        for (var row = 0; row < rows; row++)
        {
            var entry = _kv[row]!;
            TryGrow(entry.Sequence!, entry.Tokens + 1);
            if (_kv.DecodeCount < rows) // somebody has left for it, perhaps itself
            {
                Pack();
                rows = _kv.DecodeCount;
                row = -1;
            }
        }
        if (rows == 0) // packing failed, or all were preempted
            return (0, 0);
        if (rows == 1 && TryDraft(_kv[0]!.Sequence!, out var drafted))
            return (1, Check(_kv[0]!.Sequence!, drafted));
        var tokenIds = _buffers.TokenIds(rows);
        var past = _buffers.Past(rows);
        for (var row = 0; row < rows; row++)
        {
            var entry = _kv[row]!;
            _buffers.Rows[row] = entry.Sequence!;
            tokenIds[row] = entry.Sequence!.NextInput;
            past[row] = entry.Tokens;
        }
        try
        {
            _runner.Decode(tokenIds, past, _buffers.Logits(rows));
        }
        catch (Exception exception)
        {
            _metrics.DeviceFailed();
            for (var row = 0; row < rows; row++)
                End(_buffers.Rows[row], FinishReason.Error, exception);
            return (rows, 0);
        }
        for (var row = 0; row < rows; row++)
        {
            var sequence = _buffers.Rows[row];
            sequence.Kv.Tokens++;
            if (sequence.Kv.Tokens == sequence.HistoryTokens)
                Complete(sequence, _buffers.LogitsRow(row));
        }
        return (rows, 0);
    }

    /// <summary>Guesses what a sequence will say next, if that pays, there is a guess and there is room to check it.</summary>
    private bool TryDraft(SequenceState sequence, out int count)
    {
        count = Math.Min(_speculation.Plan(sequence.Drafts), sequence.MaxTokens - sequence.Generated - 1);
        var isRebuilt = sequence.Kv.Tokens + 1 == sequence.HistoryTokens;
        var isDrafted = count > 0 && isRebuilt && _kv.TryReserve(sequence.Kv, sequence.Kv.Tokens + 1 + count)
            && PromptLookup.TryDraft(sequence.History.AsSpan(0, sequence.HistoryTokens), _buffers.Draft(count));
        if (!isDrafted)
            sequence.Drafts.Skipped();
        return isDrafted;
    }

    /// <summary>
    /// Runs a row's last token and the guess of those after it, and goes on as long as the sampler chooses what was guessed: what comes out is
    /// what single steps would have chosen (but for last bits of the logits where the runner is not exact), since the sampler's randomness
    /// depends on the position alone.
    /// Returns the tokens guessed.
    /// </summary>
    private int Check(SequenceState sequence, int count)
    {
        var entry = sequence.Kv;
        var past = entry.Tokens;
        var tokenIds = _buffers.Checked(count);
        tokenIds[0] = sequence.NextInput;
        try
        {
            var embeddings = _buffers.Embeddings(tokenIds.Length);
            _runner.Embed(tokenIds, embeddings);
            _runner.Extend(entry.Slot, past, embeddings, _buffers.Logits(tokenIds.Length));
        }
        catch (Exception exception)
        {
            _metrics.DeviceFailed();
            End(sequence, FinishReason.Error, exception);
            return count;
        }
        var accepted = 0;
        while (true)
        {
            entry.Tokens = past + accepted + 1;
            Complete(sequence, _buffers.LogitsRow(accepted));
            if (entry.Sequence != sequence || accepted == count || sequence.NextInput != tokenIds[accepted + 1])
                break;
            accepted++;
        }
        sequence.Drafts.Checked(accepted, count);
        _metrics.Speculated(count, accepted);
        return count;
    }

    /// <summary>Brings the decoding rows into slots 0..n−1. A move that fails ends the sequences at both of its ends.</summary>
    private void Pack()
    {
        while (_kv.TryNextMove(out var move))
        {
            var row = _kv[move.Source]!;
            var displaced = _kv[move.Destination];
            try
            {
                _kv.Move(move);
            }
            catch (Exception exception)
            {
                _metrics.DeviceFailed();
                End(row.Sequence!, FinishReason.Error, exception);
                if (displaced?.Sequence is { } sequence)
                    End(sequence, FinishReason.Error, exception);
                else if (displaced is not null)
                    _kv.Release(displaced);
            }
        }
    }

    /// <summary>Chooses the next token from a row's logits and reports it.</summary>
    private void Complete(SequenceState sequence, ReadOnlySpan<float> logits)
    {
        FinishReason? reason;
        try
        {
            var token = _sampler.Sample(logits, sequence.Sampling, sequence.Kv.Tokens);
            if (!token.IsValid)
                throw new InvalidOperationException("The model's logits hold NaN or an infinity.");
            sequence.LastTokenAt = _timeProvider.GetTimestamp();
            if (sequence.FirstTokenAt == 0)
                sequence.FirstTokenAt = sequence.LastTokenAt;
            reason = TokenDelivery.Deliver(sequence, token);
            _scheduler.Shares.ChargeOutput(sequence.Request, 1);
            _metrics.Generated();
        }
        catch (Exception exception)
        {
            End(sequence, FinishReason.Error, exception);
            return;
        }
        if (reason is not null)
            End(sequence, reason.Value, null);
    }

    /// <summary>Takes a sequence out: its slot first, then its result.</summary>
    private void End(SequenceState sequence, FinishReason reason, Exception? error)
    {
        if (_scheduler.Remove(sequence))
            _inbox.LeaveQueue(sequence);
        var result = SequenceResult.Of(sequence, reason, error, _timeProvider);
        var failed = result.Reason == FinishReason.Error;
        var session = sequence.Request.Session;
        var keep = session is not null && !_inbox.Leave(session) && !failed;
        var entry = sequence.Kv;
        if (entry.Sequence == sequence && keep && entry.Tokens > 0)
            _kv.Park(entry);
        else if (entry.Sequence == sequence || (!keep && entry.Sequence is null))
        {
            if (failed)
                _kv.Release(entry);
            else
                Evict(entry);
        }
        Publish();
        if (result.Reason is FinishReason.Stop or FinishReason.Length)
            _speed.Answered(result.GeneratedTokens);
        _metrics.GenerationEnded(result.Reason.ToString());
        sequence.Generation.End(result);
    }

    /// <summary>Frees an entry's slot; what could not be saved is lost, no more.</summary>
    private void Evict(KvEntry entry)
    {
        try
        {
            _kv.Evict(entry);
        }
        catch (Exception)
        {
            _metrics.DeviceFailed();
            _kv.Release(entry);
        }
    }

    private void Publish() => _inbox.Publish(
        _kv.FreeCount, _kv.IdleCount, _scheduler.RunningCount, _kv.TokensFree, _speed);
}
