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
    private readonly DecodeScheduler _scheduler;
    private readonly KvCache _kv;
    private readonly Sampler _sampler;
    private readonly DecodeBuffers _buffers;
    private readonly BatchRunner _batches;
    private readonly ChunkPlanner _chunks;
    private readonly BatchArranger _arranger;
    private readonly Speculation _speculation;
    private readonly EngineSpeed _speed = new();
    private readonly StepDelivery _delivery = new();
    private readonly Func<SequenceState, bool> _tryMakeRoom;
    private readonly Action<SequenceState, int> _complete;
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
        _scheduler = new DecodeScheduler(runner.MixesRuns);
        _kv = new KvCache(runner, options, metrics);
        _sampler = new Sampler(runner.VocabularySize);
        _buffers = new DecodeBuffers(runner, chunk);
        _batches = new BatchRunner(runner, _buffers);
        _speculation = new Speculation(runner, options, _kv, _buffers, metrics);
        _chunks = new ChunkPlanner(chunk, minChunk, options.MaxStallSteps, runner.MixesRuns);
        _arranger = new BatchArranger(runner, _kv, _scheduler, _chunks, inbox, metrics, End);
        _tryMakeRoom = _arranger.TryMakeRoom;
        _complete = Complete;
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
        Record(RunBatch(prompt, withRows: step != DecodeStep.Prefill), _timeProvider.GetElapsedTime(started));
        _delivery.Flush();
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
            _arranger.Evict(entry);
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

    /// <summary>Runs a prompt's chunk, a token for every row (or a guess of several for a lone one), or both at once.</summary>
    private Batch RunBatch(SequenceState? prompt, bool withRows)
    {
        if (prompt is not null && prompt.Kv.Sequence != prompt && !TryStart(prompt))
            prompt = null;
        if (prompt is { IsPrefilled: true })
        {
            GoOn(prompt);
            prompt = null;
        }
        var batch = _arranger.Arrange(prompt, withRows);
        if (batch.Tokens > 0 && !TryEmbed(prompt!, batch))
            batch = batch with { Tokens = 0 };
        if (batch is { Rows: 1, Tokens: 0 })
            batch = batch with { Drafted = _speculation.Draft(_kv[0]!.Sequence!) };
        for (var row = 0; row < batch.Rows; row++)
            _buffers.Rows[row] = _kv[row]!.Sequence!;
        try
        {
            if (batch.Drafted > 0)
                _speculation.Run(_buffers.Rows[0], batch.Drafted);
            else
                _batches.Run(prompt, batch);
        }
        catch (Exception exception)
        {
            _metrics.DeviceFailed();
            for (var row = 0; row < batch.Rows; row++)
                End(_buffers.Rows[row], FinishReason.Error, exception);
            if (batch.Tokens > 0)
                End(prompt!, FinishReason.Error, exception);
            return batch;
        }
        if (batch.Drafted > 0)
            _speculation.Accept(_buffers.Rows[0], batch.Drafted, _complete);
        else
        {
            for (var row = 0; row < batch.Rows; row++)
                Advance(_buffers.Rows[row], 1, row);
        }
        if (batch.Tokens > 0)
            AdvancePrompt(prompt!, batch);
        return batch;
    }

    /// <summary>Nothing is left to prefill: it is a row from now on.</summary>
    private void GoOn(SequenceState sequence)
    {
        _scheduler.StartDecoding(sequence);
        _kv.StartDecoding(sequence.Kv);
    }

    /// <summary>A prompt that cannot be embedded harms no row.</summary>
    private bool TryEmbed(SequenceState prompt, Batch batch)
    {
        try
        {
            _batches.Embed(prompt, batch);
            return true;
        }
        catch (Exception exception)
        {
            _metrics.DeviceFailed();
            End(prompt, FinishReason.Error, exception);
            return false;
        }
    }

    /// <summary>Tokens have run: the one behind the last is news, unless it is known already.</summary>
    private void Advance(SequenceState sequence, int tokens, int logitsRow)
    {
        sequence.Kv.Tokens += tokens;
        if (sequence.Kv.Tokens == sequence.HistoryTokens)
            Complete(sequence, logitsRow);
    }

    private void AdvancePrompt(SequenceState prompt, Batch batch)
    {
        _scheduler.Shares.ChargePrompt(prompt.Request, batch.Tokens);
        if (prompt.Kv.Tokens + batch.Tokens == prompt.PrefillTokens)
            GoOn(prompt);
        Advance(prompt, batch.Tokens, batch.Rows);
    }

    private void Record(Batch batch, TimeSpan time)
    {
        var (rows, tokens) = (batch.Rows, batch.Tokens);
        if (rows > 0 && tokens > 0)
        {
            var added = _chunks.Mixed(time, rows, tokens);
            _speed.Decoded(time - added, rows);
            _speed.Prefilled(added, tokens);
            _metrics.MixedStep(time, rows, tokens);
        }
        else if (rows > 0)
        {
            _chunks.Decoded(time, rows);
            if (rows == 1)
                _speculation.Record(batch.Drafted, time);
            _speed.Decoded(time, rows);
            _metrics.DecodeStep(time, rows);
        }
        else if (tokens > 0)
        {
            _chunks.Prefilled(time, tokens);
            _speed.Prefilled(time, tokens);
            _metrics.PrefillStep(time, tokens);
        }
    }

    /// <summary>Gives a waiting sequence its slot, with what is there of its prompt or can be copied; false if copying failed.</summary>
    private bool TryStart(SequenceState sequence)
    {
        _scheduler.Admit(sequence);
        _inbox.LeaveQueue(sequence);
        // Packing now leaves the slot after the last row free, where a long prompt need not move once it decodes.
        if (sequence.Kv.Use == SlotUse.Free && sequence.PrefillTokens > _options.PrefillChunkTokens)
            _arranger.Pack();
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

    /// <summary>Chooses the next token from a row's logits and reports it.</summary>
    private void Complete(SequenceState sequence, int logitsRow)
    {
        FinishReason? reason;
        try
        {
            var token = _sampler.Sample(_buffers.LogitsRow(logitsRow), sequence.Sampling, sequence.Kv.Tokens);
            if (!token.IsValid)
                throw new InvalidOperationException("The model's logits hold NaN or an infinity.");
            sequence.LastTokenAt = _timeProvider.GetTimestamp();
            if (sequence.FirstTokenAt == 0)
                sequence.FirstTokenAt = sequence.LastTokenAt;
            reason = TokenDelivery.Deliver(sequence, token);
            _delivery.Add(sequence.Generation);
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
        var result = SequenceResult.Of(sequence, reason, error, _timeProvider) with { Kv = Carry(sequence, reason) };
        var failed = result.Reason == FinishReason.Error;
        var session = sequence.Request.Session;
        var keep = session is not null && !_inbox.Leave(session) && !failed;
        var entry = sequence.Kv;
        if (entry.Sequence == sequence && keep && entry.Tokens > 0)
            _kv.Park(entry);
        else if (entry.Sequence == sequence || (!keep && entry.Sequence is null))
        {
            if (failed || result.Kv is not null)
                _kv.Release(entry);
            else
                _arranger.Evict(entry);
        }
        Publish();
        if (result.Reason is FinishReason.Stop or FinishReason.Length)
            _speed.Answered(result.GeneratedTokens);
        _metrics.GenerationEnded(result.Reason.ToString());
        sequence.Generation.End(result);
    }

    /// <summary>The KV of a sequence that goes on elsewhere; without it, it is prefilled there.</summary>
    private CarriedKv? Carry(SequenceState sequence, FinishReason reason)
    {
        if (reason != FinishReason.Cancelled || sequence.Generation.CarriedBytes == 0 || sequence.Kv.Sequence != sequence)
            return null;
        try
        {
            return CarriedKv.Read(_runner, sequence.Kv, sequence.Generation.CarriedBytes);
        }
        catch (Exception)
        {
            _metrics.DeviceFailed();
            return null;
        }
    }

    private void Publish() => _inbox.Publish(
        _kv.FreeCount, _kv.IdleCount, _scheduler.RunningCount, _kv.TokensFree, _speed);
}
