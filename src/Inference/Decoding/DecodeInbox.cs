using VisionCluster.Inference.Diagnostics;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Where other threads meet the engine's thread: submissions, closed sessions, the stop signal, and the published status. The lock is
/// held for a few instructions at a time, never while a step runs.
/// </summary>
internal sealed class DecodeInbox(int slots, DecodeEngineOptions options, TimeProvider timeProvider, InferenceMetrics metrics)
{
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly RetryEstimator _retry = new(options.MinRetryAfter, options.MaxRetryAfter);
    private readonly List<SequenceState> _submitted = []; // bounded with _waiting by MaxWaiting
    private readonly List<KvEntry> _closed = [];
    private readonly WaitingLedger _ledger = new(); // of what counts in _waiting
    private readonly Speeds _speeds = new();
    private DecodeEngineStatus _status = new(slots, slots, 0, 0, 0);
    private long _lastDeparture = timeProvider.GetTimestamp();
    private long _arrivals;
    private int _waiting; // submitted and not yet admitted or ended
    private bool _stopped;

    public DecodeEngineStatus Status
    {
        get
        {
            lock (_lock)
                return _status with { Waiting = _waiting };
        }
    }

    public DecodeEngineLoad Load
    {
        get
        {
            lock (_lock)
            {
                return new DecodeEngineLoad(
                    options.MaxWaiting, _arrivals, _speeds.KvTokensFree, _speeds.Prefill, _speeds.Decode, _speeds.MeanOutput, _ledger.Entries);
            }
        }
    }

    /// <summary>Why a submission would be refused now; null if it would not.</summary>
    public SubmitResult? Refusal(DecodeSession? session)
    {
        lock (_lock)
            return RefusalLocked(session);
    }

    /// <summary>Queues a sequence and wakes the engine.</summary>
    public SubmitResult Submit(SequenceState sequence)
    {
        lock (_lock)
        {
            if (RefusalLocked(sequence.Request.Session) is { } refusal)
                return refusal;
            sequence.Arrival = _arrivals++;
            sequence.SubmittedAt = timeProvider.GetTimestamp();
            if (sequence.Request.Session is { } session)
                session.Current = sequence.Generation;
            sequence.Generation.Number = sequence.Arrival;
            _submitted.Add(sequence);
            _waiting++;
            _ledger.Add(sequence, _speeds.MeanOutput);
        }
        metrics.Waiting(1);
        _wake.Set();
        return new SubmitResult(SubmitOutcome.Accepted, sequence.Generation, null, null);
    }

    /// <summary>Marks a session closed; its KV is released by the engine's thread, after its generation if one runs.</summary>
    public void Close(DecodeSession session)
    {
        lock (_lock)
        {
            if (session.IsDisposed)
                return;
            session.IsDisposed = true;
            if (session.Current is { } generation)
                generation.Cancel();
            else if (!_stopped)
                _closed.Add(session.Kv);
        }
        _wake.Set();
    }

    /// <summary>Refuses everything from now on and wakes the engine to end.</summary>
    public void Stop()
    {
        lock (_lock)
            _stopped = true;
        _wake.Set();
    }

    /// <summary>Moves what has arrived to the engine's thread; false once stopped.</summary>
    public bool Take(List<SequenceState> submitted, List<KvEntry> closed)
    {
        lock (_lock)
        {
            submitted.AddRange(_submitted);
            closed.AddRange(_closed);
            _submitted.Clear();
            _closed.Clear();
            return !_stopped;
        }
    }

    /// <summary>Blocks the engine's thread until something arrives.</summary>
    public void Wait() => _wake.WaitOne();

    /// <summary>A sequence no longer waits: its place in the queue is free.</summary>
    public void LeaveQueue(SequenceState sequence)
    {
        lock (_lock)
        {
            _waiting--;
            _ledger.Remove(sequence);
            var now = timeProvider.GetTimestamp();
            _retry.PlaceFreed(timeProvider.GetElapsedTime(Math.Max(_lastDeparture, sequence.SubmittedAt), now));
            _lastDeparture = now;
        }
        metrics.Waiting(-1);
    }

    /// <summary>A running sequence waits again; it keeps no new one out.</summary>
    public void ReturnToQueue(SequenceState sequence)
    {
        lock (_lock)
        {
            _waiting++;
            _ledger.Add(sequence, _speeds.MeanOutput);
        }

        metrics.Waiting(1);
    }

    /// <summary>The session may generate again; true if it has been closed meanwhile.</summary>
    public bool Leave(DecodeSession session)
    {
        lock (_lock)
        {
            session.Current = null;
            return session.IsDisposed;
        }
    }

    public void Publish(int free, int idle, int running, long kvTokensFree, EngineSpeed speed)
    {
        lock (_lock)
        {
            _status = new DecodeEngineStatus(slots, free, idle, running, 0);
            _speeds.KvTokensFree = kvTokensFree;
            (_speeds.Prefill, _speeds.Decode, _speeds.MeanOutput) =
                (speed.PrefillTokensPerSecond, speed.DecodeTokensPerSecond, speed.MeanOutputTokens);
        }
    }

    private SubmitResult? RefusalLocked(DecodeSession? session)
    {
        ObjectDisposedException.ThrowIf(session is { IsDisposed: true }, typeof(DecodeSession));
        if (_stopped)
            return SubmitResult.Refused(SubmitOutcome.Unavailable, "The engine is stopping or its device failed.");
        if (session?.Current is not null)
            return SubmitResult.Refused(SubmitOutcome.SessionBusy, "The session is generating already.");
        if (_waiting >= options.MaxWaiting)
            return SubmitResult.Refused(SubmitOutcome.QueueFull, $"{_waiting} generations are waiting; retry later.", _retry.Refuse());
        return null;
    }

    /// <summary>As the engine's thread published them last.</summary>
    private sealed class Speeds
    {
        public long KvTokensFree { get; set; }

        public double Prefill { get; set; }

        public double Decode { get; set; }

        public double MeanOutput { get; set; }
    }
}
