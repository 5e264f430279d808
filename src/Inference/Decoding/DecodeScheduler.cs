namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Who runs next. Decode steps and prefill chunks alternate, so that rows never wait for more than one chunk; without rows, prompts are
/// prefilled back to back. The next chunk belongs to the prompt of the highest priority, then of the earliest arrival, among those
/// that hold a slot and (while there is room) those that wait for one: an urgent arrival overtakes a long prompt between two chunks.
/// </summary>
internal sealed class DecodeScheduler
{
    private readonly List<SequenceState> _waiting = [];
    private readonly List<SequenceState> _prefilling = [];
    private readonly List<SequenceState> _decoding = [];
    private bool _prefillIsDue = true;

    /// <summary>In the order in which they will start.</summary>
    public IReadOnlyList<SequenceState> Waiting => _waiting;

    public int RunningCount => _prefilling.Count + _decoding.Count;

    public bool IsEmpty => _waiting.Count + _prefilling.Count + _decoding.Count == 0;

    public void Add(SequenceState sequence) => Insert(_waiting, sequence);

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

    /// <summary>Forgets a sequence; true if it was waiting.</summary>
    public bool Remove(SequenceState sequence)
    {
        if (_waiting.Remove(sequence))
            return true;
        if (!_prefilling.Remove(sequence))
            _decoding.Remove(sequence);
        return false;
    }

    /// <summary>Decides the next step.</summary>
    /// <param name="hasRoom">Whether a waiting sequence could get a slot.</param>
    /// <param name="prefill">Whose chunk, when the step is a prefill.</param>
    public DecodeStep Next(bool hasRoom, out SequenceState? prefill)
    {
        prefill = null;
        if (_decoding.Count == 0 || _prefillIsDue)
            prefill = NextPrompt(hasRoom);
        _prefillIsDue = prefill is null;
        return prefill is not null ? DecodeStep.Prefill : _decoding.Count > 0 ? DecodeStep.Decode : DecodeStep.None;
    }

    /// <summary>Adds to <paramref name="due"/> every sequence that must end now: cancelled, or past its deadline.</summary>
    public void CollectDue(DateTimeOffset now, List<SequenceState> due)
    {
        Collect(_waiting);
        Collect(_prefilling);
        Collect(_decoding);

        void Collect(List<SequenceState> sequences)
        {
            foreach (var sequence in sequences)
            {
                if (sequence.Generation.CancelRequested || sequence.Deadline <= now)
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

    private SequenceState? NextPrompt(bool hasRoom)
    {
        var started = _prefilling.Count > 0 ? _prefilling[0] : null;
        var waiting = hasRoom && _waiting.Count > 0 ? _waiting[0] : null;
        return started is null || (waiting is not null && Compare(waiting, started) < 0) ? waiting : started;
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
