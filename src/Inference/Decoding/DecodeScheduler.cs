namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Who runs next. Decode steps and prefill chunks run together where the runner can, and else alternate, so that rows never wait for more than
/// one chunk; without rows, prompts are prefilled back to back. The next chunk belongs to the prompt of the highest priority: one that has started, before one that waits for
/// room. Of those that wait with equal priority, the least served tenant's goes first (<see cref="FairShare"/>), then the earliest arrival.
/// An urgent arrival overtakes a long prompt between two chunks, and so does a sequence that brings its KV, for it delays nobody.
/// </summary>
/// <param name="mixes">Whether the runner takes rows and a chunk at once.</param>
internal sealed class DecodeScheduler(bool mixes = false)
{
    private readonly List<SequenceState> _waiting = [];
    private readonly List<SequenceState> _prefilling = [];
    private readonly List<SequenceState> _decoding = [];
    private bool _prefillIsDue = true;

    public FairShare Shares { get; } = new();

    /// <summary>By priority, then arrival.</summary>
    public IReadOnlyList<SequenceState> Waiting => _waiting;

    public int RunningCount => _prefilling.Count + _decoding.Count;

    public int DecodingCount => _decoding.Count;

    public void Add(SequenceState sequence)
    {
        Shares.Enter(sequence.Request.Tenant);
        Insert(_waiting, sequence);
    }

    /// <summary>A waiting sequence has a slot now.</summary>
    public void Admit(SequenceState sequence)
    {
        _waiting.Remove(sequence);
        Insert(_prefilling, sequence);
    }

    /// <summary>A sequence's prompt is in its slot.</summary>
    public void StartDecoding(SequenceState sequence)
    {
        _prefilling.Remove(sequence);
        _decoding.Add(sequence);
    }

    /// <summary>A running sequence has lost its slot and waits again.</summary>
    public void Preempt(SequenceState sequence)
    {
        RemoveRunning(sequence);
        Insert(_waiting, sequence);
    }

    /// <summary>Forgets a sequence; true if it was waiting.</summary>
    public bool Remove(SequenceState sequence)
    {
        Shares.Leave(sequence.Request.Tenant);
        if (_waiting.Remove(sequence))
            return true;
        RemoveRunning(sequence);
        return false;
    }

    /// <summary>Decides the next step.</summary>
    /// <param name="tryMakeRoom">Whether there is room, or can be, for a waiting sequence.</param>
    /// <param name="prefill">Whose chunk, when the step is a prefill or mixed.</param>
    public DecodeStep Next(Func<SequenceState, bool> tryMakeRoom, out SequenceState? prefill)
    {
        prefill = null;
        if (_decoding.Count == 0 || mixes || _prefillIsDue)
            prefill = NextPrompt(tryMakeRoom);
        _prefillIsDue = prefill is null;
        if (_decoding.Count == 0) // making room may have taken the rows'
            return prefill is null ? DecodeStep.None : DecodeStep.Prefill;
        return prefill is null ? DecodeStep.Decode : mixes ? DecodeStep.Mixed : DecodeStep.Prefill;
    }

    /// <summary>Whom to preempt first: of the lowest priority the newest; null when nobody runs.</summary>
    public SequenceState? Victim()
    {
        SequenceState? victim = null;
        Search(_prefilling);
        Search(_decoding);
        return victim;

        void Search(List<SequenceState> sequences)
        {
            foreach (var sequence in sequences)
            {
                if (victim is null || Compare(sequence, victim) > 0)
                    victim = sequence;
            }
        }
    }

    /// <summary>Adds to <paramref name="due"/> every sequence that must end now: cancelled, or past its deadline.</summary>
    public void CollectDue(TimeProvider time, List<SequenceState> due)
    {
        var now = time.GetTimestamp();
        Collect(_waiting);
        Collect(_prefilling);
        Collect(_decoding);

        void Collect(List<SequenceState> sequences)
        {
            foreach (var sequence in sequences)
            {
                if (sequence.Generation.CancelRequested || time.GetElapsedTime(sequence.SubmittedAt, now) >= sequence.Request.TimeLeft)
                    due.Add(sequence);
            }
        }
    }

    /// <summary>Adds every sequence there is.</summary>
    public void CollectAll(List<SequenceState> all)
    {
        all.AddRange(_decoding);
        all.AddRange(_prefilling);
        all.AddRange(_waiting);
    }

    private SequenceState? NextPrompt(Func<SequenceState, bool> tryMakeRoom)
    {
        var started = _prefilling.Count > 0 ? _prefilling[0] : null;
        var waiting = NextWaiting();
        if (waiting is null || (started is not null && Precedes(started, waiting)))
            return started;
        // Making room may have taken it from the started one.
        return tryMakeRoom(waiting) ? waiting : _prefilling.Count > 0 ? _prefilling[0] : null;

        static bool Precedes(SequenceState started, SequenceState waiting) =>
            started.Request.Priority > waiting.Request.Priority
            || (started.Request.Priority == waiting.Request.Priority && waiting.Carried is null);
    }

    private SequenceState? NextWaiting()
    {
        SequenceState? next = null;
        var least = double.PositiveInfinity;
        foreach (var sequence in _waiting)
        {
            if (sequence.Request.Priority < _waiting[0].Request.Priority)
                break;
            if (sequence.Carried is not null)
                return sequence;
            var served = Shares.Served(sequence.Request.Tenant);
            if (served < least)
                (next, least) = (sequence, served);
        }
        return next;
    }

    private void RemoveRunning(SequenceState sequence)
    {
        if (!_prefilling.Remove(sequence))
            _decoding.Remove(sequence);
    }

    private static void Insert(List<SequenceState> list, SequenceState sequence)
    {
        var place = list.Count;
        while (place > 0 && Compare(sequence, list[place - 1]) < 0)
            place--;
        list.Insert(place, sequence);
    }

    private static int Compare(SequenceState first, SequenceState second)
    {
        var byPriority = second.Request.Priority.CompareTo(first.Request.Priority);
        return byPriority != 0 ? byPriority : first.Arrival.CompareTo(second.Arrival);
    }
}
