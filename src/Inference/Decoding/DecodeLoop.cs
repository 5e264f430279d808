using VisionCluster.Inference.Diagnostics;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// The engine's thread: schedule (<see cref="DecodeScheduler"/>), run (<see cref="IDecoderRunner"/>), complete (sample, stop, report).
/// Whatever the runner throws ends the sequences of that call and nothing else. A step allocates nothing.
/// </summary>
internal sealed class DecodeLoop(
    IDecoderRunner runner, DecodeEngineOptions options, TimeProvider timeProvider, DecodeInbox inbox, InferenceMetrics metrics)
{
    private readonly DecodeScheduler _scheduler = new();
    private readonly SlotMap _slots = new(runner.SlotCount);
    private readonly Sampler _sampler = new(runner.VocabularySize);
    private readonly DecodeBuffers _buffers = new(runner, ChunkTokens(runner, options));
    private readonly int _chunkTokens = ChunkTokens(runner, options);
    private readonly List<SequenceState> _arrived = [];
    private readonly List<SequenceState> _due = [];
    private readonly List<KvEntry> _closed = [];

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
        inbox.Stop();
        TakeArrivals();
        _scheduler.CollectAll(_due);
        EndDue(failure is null ? FinishReason.Cancelled : FinishReason.Error, failure);
    }

    private void RunStep()
    {
        _scheduler.CollectDue(timeProvider.GetUtcNow(), _due);
        EndDue(null, null);
        var step = _scheduler.Next(_slots.HasRoom, out var prompt);
        if (step == DecodeStep.None)
        {
            // Nothing waits and nothing runs: room is never short without a running sequence.
            inbox.Wait();
            return;
        }
        options.BeforeStep?.Invoke(step);
        var started = timeProvider.GetTimestamp();
        if (step == DecodeStep.Prefill)
        {
            var tokens = Prefill(prompt!);
            metrics.PrefillStep(timeProvider.GetElapsedTime(started), tokens);
        }
        else
        {
            var rows = Decode();
            metrics.DecodeStep(timeProvider.GetElapsedTime(started), rows);
        }
        Publish();
        options.AfterStep?.Invoke(step);
    }

    private bool TakeArrivals()
    {
        var running = inbox.Take(_arrived, _closed);
        foreach (var sequence in _arrived)
        {
            if (sequence.Kv.Use == SlotUse.Idle)
                _slots.Touch(sequence.Kv);
            _scheduler.Add(sequence);
            if (sequence.EndedBefore is { } reason)
                End(sequence, reason, null);
        }
        foreach (var entry in _closed)
            _slots.Release(entry);
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

    /// <summary>Runs one chunk; returns its tokens.</summary>
    private int Prefill(SequenceState sequence)
    {
        var entry = sequence.Kv;
        if (entry.Sequence != sequence && !TryAdmit(sequence))
            return 0;
        var past = entry.Tokens;
        var tokens = Math.Min(_chunkTokens, sequence.PromptTokens - past);
        var last = past + tokens == sequence.PromptTokens;
        var logits = last ? _buffers.LogitsRow(0) : [];
        try
        {
            var embeddings = _buffers.Embeddings(tokens);
            sequence.Embedder.Write(runner, past, tokens, embeddings);
            runner.Prefill(entry.Slot, past, embeddings, logits);
        }
        catch (Exception exception)
        {
            metrics.DeviceFailed();
            End(sequence, FinishReason.Error, exception);
            return tokens;
        }
        entry.Tokens = past + tokens;
        if (last)
        {
            _scheduler.StartDecoding(sequence);
            _slots.StartDecoding(entry);
            Complete(sequence, logits);
        }
        return tokens;
    }

    /// <summary>Gives a waiting sequence its slot, with what is there of its prompt or can be copied; false if copying failed.</summary>
    private bool TryAdmit(SequenceState sequence)
    {
        var entry = sequence.Kv;
        _scheduler.Admit(sequence);
        inbox.LeaveQueue(sequence);
        // Packing now leaves the slot after the last row free, where a long prompt need not move once it decodes.
        if (entry.Use == SlotUse.Free && sequence.PromptTokens > _chunkTokens)
            Pack();
        // The last prompt token must run, whatever is there: its logits choose the first token. Keys and values of tokens that saw all of
        // their prompt serve no other prompt.
        var isReusable = sequence.Identities.Length > 0 && !runner.BidirectionalPrefix;
        var reusable = sequence.Identities.AsSpan(0, isReusable ? sequence.PromptTokens - 1 : 0);
        var cached = entry.CommonPrefix(reusable);
        var source = -1;
        if (sequence.Request.CacheScope is { } scope && _slots.LongestPrefix(scope, reusable, out var shared) is { } other
            && shared >= cached + options.MinSharedTokens)
            (source, cached) = (other.Slot, shared);
        if (entry.Use == SlotUse.Idle)
            _slots.Resume(entry);
        else
            _slots.Acquire(entry);
        entry.Sequence = sequence;
        entry.Identities = sequence.Identities;
        entry.Scope = sequence.Request.CacheScope;
        entry.Tokens = 0;
        try
        {
            if (source >= 0 && source != entry.Slot) // else its owner has just been evicted: the tokens are here already
                runner.CopySlot(source, entry.Slot, cached);
        }
        catch (Exception exception)
        {
            metrics.DeviceFailed();
            End(sequence, FinishReason.Error, exception);
            return false;
        }
        entry.Tokens = sequence.CachedTokens = cached;
        sequence.PrefillStartedAt = timeProvider.GetTimestamp();
        metrics.Admitted(timeProvider.GetElapsedTime(sequence.SubmittedAt, sequence.PrefillStartedAt), cached);
        sequence.Generation.Admit(cached);
        return true;
    }

    /// <summary>Runs one token for every row; returns the rows.</summary>
    private int Decode()
    {
        Pack();
        var rows = _slots.DecodeCount;
        if (rows == 0) // packing failed
            return 0;
        var tokenIds = _buffers.TokenIds(rows);
        var past = _buffers.Past(rows);
        for (var row = 0; row < rows; row++)
        {
            var entry = _slots[row]!;
            _buffers.Rows[row] = entry.Sequence!;
            tokenIds[row] = entry.Sequence!.LastToken;
            past[row] = entry.Tokens;
        }
        try
        {
            runner.Decode(tokenIds, past, _buffers.Logits(rows));
        }
        catch (Exception exception)
        {
            metrics.DeviceFailed();
            for (var row = 0; row < rows; row++)
                End(_buffers.Rows[row], FinishReason.Error, exception);
            return rows;
        }
        for (var row = 0; row < rows; row++)
        {
            var entry = _buffers.Rows[row].Kv;
            if (entry.Identities.Length > 0)
                entry.Identities[entry.Tokens] = TokenIdentity.OfText(tokenIds[row]);
            entry.Tokens++;
            Complete(_buffers.Rows[row], _buffers.LogitsRow(row));
        }
        return rows;
    }

    /// <summary>Brings the decoding rows into slots 0..n−1. A move that fails ends the sequences at both of its ends.</summary>
    private void Pack()
    {
        while (_slots.TryNextMove(out var move))
        {
            var row = _slots[move.Source]!;
            var displaced = _slots[move.Destination];
            try
            {
                if (move.Swap)
                    runner.SwapSlots(move.Source, move.Destination, row.Tokens, displaced!.Tokens);
                else
                    runner.CopySlot(move.Source, move.Destination, row.Tokens);
                metrics.Moved(row.Tokens + (displaced?.Tokens ?? 0));
                _slots.Apply(move);
            }
            catch (Exception exception)
            {
                metrics.DeviceFailed();
                End(row.Sequence!, FinishReason.Error, exception);
                if (displaced?.Sequence is { } sequence)
                    End(sequence, FinishReason.Error, exception);
                else if (displaced is not null)
                    _slots.Release(displaced);
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
            sequence.LastTokenAt = timeProvider.GetTimestamp();
            if (sequence.FirstTokenAt == 0)
                sequence.FirstTokenAt = sequence.LastTokenAt;
            reason = TokenDelivery.Deliver(sequence, token);
            metrics.Generated();
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
            inbox.LeaveQueue(sequence);
        var result = SequenceResult.Of(sequence, reason, error, timeProvider);
        var session = sequence.Request.Session;
        var keep = session is not null && !inbox.Leave(session) && result.Reason != FinishReason.Error;
        var entry = sequence.Kv;
        if (entry.Sequence == sequence && keep && entry.Tokens > 0)
            _slots.Park(entry);
        else if (entry.Sequence == sequence || (!keep && entry.Sequence is null))
            _slots.Release(entry);
        Publish();
        metrics.GenerationEnded(result.Reason.ToString());
        sequence.Generation.End(result);
    }

    /// <summary>A prompt whose tokens look at each other in both directions runs as a whole.</summary>
    private static int ChunkTokens(IDecoderRunner runner, DecodeEngineOptions options) =>
        runner.BidirectionalPrefix ? runner.SlotCapacity : options.PrefillChunkTokens;

    private void Publish() => inbox.Publish(_slots.FreeCount, _slots.IdleCount, _scheduler.RunningCount);
}
