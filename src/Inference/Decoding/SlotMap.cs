namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Who holds which KV slot. Decoding rows must be packed in slots 0..n−1 when a decode step runs and need not be before:
/// <see cref="TryNextMove"/> then moves only the rows that lie outside the range, each once, which is the least possible. So a sequence
/// that finishes its prefill often takes over the slot of one that has just left, and nothing moves at all.
/// Idle entries stay where they are until someone needs the room.
/// </summary>
internal sealed class SlotMap(int slots)
{
    private readonly KvEntry?[] _slots = new KvEntry?[slots];
    private long _clock;

    public int Count => _slots.Length;

    public int FreeCount { get; private set; } = slots;

    public int IdleCount { get; private set; }

    public int DecodeCount { get; private set; }

    /// <summary>Whether there is a free slot, or an idle entry that can give up its own.</summary>
    public bool HasRoom => FreeCount + IdleCount > 0;

    public KvEntry? this[int slot] => _slots[slot];

    /// <summary>Gives an entry the lowest free slot; there must be one.</summary>
    public void Acquire(KvEntry entry)
    {
        var slot = Array.IndexOf(_slots, null);
        if (slot < 0)
            throw new InvalidOperationException("No slot is free.");
        _slots[slot] = entry;
        entry.Slot = slot;
        entry.Tokens = 0;
        SetUse(entry, SlotUse.Prefill);
    }

    /// <summary>An idle entry prefills again, in its own slot.</summary>
    public void Resume(KvEntry entry) => SetUse(entry, SlotUse.Prefill);

    /// <summary>A prefilled entry joins the decoding rows.</summary>
    public void StartDecoding(KvEntry entry) => SetUse(entry, SlotUse.Decode);

    /// <summary>Keeps an entry's KV until the room is needed.</summary>
    public void Park(KvEntry entry)
    {
        entry.Sequence = null;
        SetUse(entry, SlotUse.Idle);
    }

    /// <summary>Frees an entry's slot; does nothing without one.</summary>
    public void Release(KvEntry entry)
    {
        entry.Sequence = null;
        entry.Tokens = 0;
        entry.Identities = [];
        entry.Scope = null;
        entry.ReusableLimit = int.MaxValue;
        if (entry.Slot < 0)
            return;
        SetUse(entry, SlotUse.Free);
        _slots[entry.Slot] = null;
        entry.Slot = -1;
    }

    /// <summary>The entry of a scope that shares the longest beginning with a prompt, and its length; null and 0 if none does.</summary>
    public KvEntry? LongestPrefix(string scope, ReadOnlySpan<TokenIdentity> prompt, out int tokens)
    {
        KvEntry? longest = null;
        tokens = 0;
        foreach (var entry in _slots)
        {
            if (entry?.Scope != scope || entry.CommonPrefix(prompt) is var common && common <= tokens)
                continue;
            longest = entry;
            tokens = common;
        }
        return longest;
    }

    /// <summary>The idle entry to give up first; null if there is none.</summary>
    public KvEntry? LeastRecentlyUsed()
    {
        KvEntry? oldest = null;
        foreach (var entry in _slots)
        {
            if (entry is { Use: SlotUse.Idle } && (oldest is null || entry.LastUsed < oldest.LastUsed))
                oldest = entry;
        }
        return oldest;
    }

    /// <summary>Marks an idle entry as just used: its session is about to need it.</summary>
    public void Touch(KvEntry entry) => entry.LastUsed = ++_clock;

    /// <summary>The next move that packing needs; false when decoding rows fill 0..n−1.</summary>
    public bool TryNextMove(out SlotMove move)
    {
        var rows = DecodeCount;
        for (var hole = 0; hole < rows; hole++)
        {
            if (_slots[hole]?.Use == SlotUse.Decode)
                continue;
            var row = _slots.Length - 1;
            while (_slots[row]?.Use != SlotUse.Decode)
                row--;
            move = new SlotMove(row, hole, _slots[hole] is not null);
            return true;
        }
        move = default;
        return false;
    }

    /// <summary>Records a move after the tensors have moved.</summary>
    public void Apply(SlotMove move)
    {
        (_slots[move.Source], _slots[move.Destination]) = (_slots[move.Destination], _slots[move.Source]);
        if (_slots[move.Source] is { } displaced)
            displaced.Slot = move.Source;
        _slots[move.Destination]!.Slot = move.Destination;
    }

    private void SetUse(KvEntry entry, SlotUse use)
    {
        Count(entry.Use, -1);
        Count(use, 1);
        entry.Use = use;
        entry.LastUsed = ++_clock;

        void Count(SlotUse counted, int change)
        {
            if (counted == SlotUse.Free)
                FreeCount += change;
            else if (counted == SlotUse.Idle)
                IdleCount += change;
            else if (counted == SlotUse.Decode)
                DecodeCount += change;
        }
    }
}
