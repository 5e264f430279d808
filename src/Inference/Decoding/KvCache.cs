using VisionCluster.Inference.Diagnostics;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// The device's KV memory: who has which slot, what the slots may cost, and what prompts can take over from others. Room comes from free
/// slots, then from what nobody uses behind them, then from idle entries, the least recently used first; running ones are the scheduler's.
/// </summary>
internal sealed class KvCache(IDecoderRunner runner, DecodeEngineOptions options, InferenceMetrics metrics) : IDisposable
{
    private readonly SlotMap _slots = new(runner.SlotCount);
    private readonly KvBudget _budget = new(runner.SlotCount, runner.SlotCapacity, runner.PageTokens, options.KvBudgetTokens);
    private readonly PrefixStore _store = new(runner, options.PrefixCacheBytes, options.PrefixBlockTokens);

    public int FreeCount => _slots.FreeCount;

    public int IdleCount => _slots.IdleCount;

    public int DecodeCount => _slots.DecodeCount;

    /// <summary>Tokens that there is room for beside what running sequences hold now.</summary>
    public long TokensFree
    {
        get
        {
            var running = 0L;
            for (var slot = 0; slot < _slots.Count; slot++)
            {
                if (_slots[slot] is { Sequence: not null } entry)
                    running += _budget.IsLimited ? entry.Tokens : runner.SlotCapacity;
            }

            return _budget.Tokens - running;
        }
    }

    /// <summary>The entry in a slot.</summary>
    public KvEntry? this[int slot] => _slots[slot];

    /// <summary>Marks an idle entry as just used.</summary>
    public void Touch(KvEntry entry) => _slots.Touch(entry);

    /// <summary>Whether a sequence could start beside those that run, which may still need all that they were let in for.</summary>
    public bool HasRoomFor(SequenceState sequence)
    {
        if (!_slots.HasRoom)
            return false;
        if (!_budget.IsLimited)
            return true;
        // A page more for each: rows grow while a prompt runs, and who was let in should not be preempted at once.
        var needed = Need(sequence);
        var running = 0L;
        for (var slot = 0; slot < _slots.Count; slot++)
        {
            if (_slots[slot]?.Sequence is { } other)
                running += Need(other);
        }
        return running == 0 || running + needed <= _budget.Tokens;

        long Need(SequenceState state) => _budget.Round(Math.Max(state.PrefillTokens, state.Kv.Tokens) + 1 + runner.PageTokens);
    }

    /// <summary>
    /// Gives a sequence a slot with as much of its prompt as its own entry, another slot or the store has. The last tokens must run whatever
    /// is there: their logits choose the next one.
    /// </summary>
    /// <returns>Tokens that need not be prefilled.</returns>
    public int Start(SequenceState sequence)
    {
        var entry = sequence.Kv;
        var scope = sequence.Request.CacheScope;
        // Keys and values of tokens that saw all of their prompt serve no other prompt.
        var isReusable = sequence.Identities.Length > 0 && !runner.BidirectionalPrefix;
        var reusable = sequence.Identities.AsSpan(0, isReusable ? Math.Max(0, sequence.PrefillTokens - runner.MinExactChunk) : 0);
        var cached = entry.CommonPrefix(reusable);
        var source = -1;
        if (scope is not null && _slots.LongestPrefix(scope, reusable, out var shared) is { } other && shared >= cached + options.MinSharedTokens)
            (source, cached) = (other.Slot, shared);
        if (entry.Use == SlotUse.Idle)
            _slots.Resume(entry);
        else
        {
            if (_slots.FreeCount == 0)
                Evict(_slots.LeastRecentlyUsed()!);
            _slots.Acquire(entry);
        }
        entry.Sequence = sequence;
        entry.Identities = sequence.Identities;
        entry.Scope = scope;
        entry.ReusableLimit = runner.KeepsAnswersPrivate ? sequence.AskedTokens : int.MaxValue;
        if (source >= 0 && source != entry.Slot) // else its owner has just been evicted: the tokens are here already
        {
            entry.Tokens = 0;
            runner.CopySlot(source, entry.Slot, cached);
            _budget.Grow(entry.Slot, cached);
        }
        entry.Tokens = cached;
        if (sequence.Carried is { } carried)
        {
            sequence.Carried = null;
            if (Usable(sequence, carried.Tokens) is var brought && brought > cached)
            {
                carried.Write(runner, entry.Slot, brought);
                _budget.Grow(entry.Slot, brought);
                entry.Tokens = cached = brought;
                metrics.Carried(brought);
                return cached;
            }
        }
        // Only now: what was evicted for it may have pushed blocks out of the store.
        var stored = scope is null ? 0 : _store.Match(scope, reusable);
        if (stored >= cached + options.MinSharedTokens)
        {
            _store.Load(entry.Slot, scope!, reusable, cached, stored);
            _budget.Grow(entry.Slot, stored);
            entry.Tokens = cached = stored;
            metrics.PrefixLoaded(stored);
        }
        return cached;
    }

    /// <summary>Room for an entry's first tokens; false when running sequences have it all.</summary>
    public bool TryReserve(KvEntry entry, int tokens) => _budget.TryGrow(entry.Slot, tokens) || TryReclaim(entry, tokens);

    public void StartDecoding(KvEntry entry) => _slots.StartDecoding(entry);

    /// <summary>Keeps an entry's KV until the room is needed.</summary>
    public void Park(KvEntry entry) => _slots.Park(entry);

    /// <summary>Frees an entry's slot, whose KV nobody may trust; does nothing without one.</summary>
    public void Release(KvEntry entry) => _slots.Release(entry);

    /// <summary>Frees an entry's slot, and keeps in the store what others may begin with.</summary>
    public void Evict(KvEntry entry)
    {
        if (entry is { Scope: { } scope, Slot: >= 0 } && !runner.BidirectionalPrefix)
            metrics.PrefixSaved(_store.Save(entry.Slot, scope, entry.Reusable));
        _slots.Release(entry);
    }

    /// <summary>The next move that brings decoding rows into slots 0..n−1; see <see cref="SlotMap.TryNextMove"/>.</summary>
    public bool TryNextMove(out SlotMove move) => _slots.TryNextMove(out move);

    /// <summary>Moves what slots hold, then their entries.</summary>
    public void Move(SlotMove move)
    {
        var row = _slots[move.Source]!.Tokens;
        var displaced = _slots[move.Destination]?.Tokens ?? 0;
        if (move.Swap)
            runner.SwapSlots(move.Source, move.Destination, row, displaced);
        else
            runner.CopySlot(move.Source, move.Destination, row);
        metrics.Moved(row + displaced);
        _budget.Grow(move.Destination, Math.Max(row, displaced));
        _budget.Grow(move.Source, displaced > 0 ? Math.Max(row, displaced) : 0);
        _slots.Apply(move);
        if (_budget.Resident > _budget.Tokens)
        {
            TrimSlot(move.Source, displaced);
            TrimSlot(move.Destination, row);
        }
    }

    public void Dispose() => _store.Dispose();

    /// <summary>
    /// How many tokens of its own KV a sequence can go on behind. With all of its prompt, at the very step where it left; with less, the rest
    /// is prefilled, which must not be a crumb, and not over a past where tokens look ahead.
    /// </summary>
    private int Usable(SequenceState sequence, int tokens)
    {
        var usable = Math.Min(tokens, sequence.HistoryTokens - 1);
        if (usable >= sequence.AskedTokens)
            return usable;
        return runner.BidirectionalPrefix ? 0 : Math.Min(usable, sequence.PrefillTokens - runner.MinExactChunk);
    }

    private bool TryReclaim(KvEntry entry, int tokens)
    {
        for (var slot = 0; slot < _slots.Count; slot++)
        {
            var held = _slots[slot] is { } holder ? holder.Tokens : 0;
            if (_budget.Of(slot) <= _budget.Round(held))
                continue;
            TrimSlot(slot, held);
            if (_budget.TryGrow(entry.Slot, tokens))
                return true;
        }
        while (_slots.LeastRecentlyUsed() is { } idle)
        {
            var slot = idle.Slot;
            Evict(idle);
            TrimSlot(slot, 0);
            if (_budget.TryGrow(entry.Slot, tokens))
                return true;
        }
        return false;
    }

    private void TrimSlot(int slot, int tokens)
    {
        runner.Trim(slot, tokens);
        _budget.Trim(slot, tokens);
    }
}
