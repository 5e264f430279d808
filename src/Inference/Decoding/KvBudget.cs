namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Memory behind slots, in tokens rounded up to pages. A slot is paid for as far as it was ever written, until it is trimmed: memory that
/// will be used again soon is not given back.
/// </summary>
/// <param name="slots">Slots.</param>
/// <param name="capacity">Tokens of a slot.</param>
/// <param name="pageTokens">Tokens of a page; 0 = all slots are paid for whatever they hold, and there is nothing to keep account of.</param>
/// <param name="budgetTokens">Tokens that may be paid for; 0 = all.</param>
internal sealed class KvBudget(int slots, int capacity, int pageTokens, int budgetTokens)
{
    private readonly int[] _resident = new int[slots];

    public bool IsLimited { get; } = pageTokens > 0 && budgetTokens > 0;

    public long Tokens { get; } = pageTokens > 0 && budgetTokens > 0 ? Math.Max(budgetTokens, RoundUp(capacity, pageTokens)) : (long)slots * capacity;

    public long Resident { get; private set; }

    /// <summary>Tokens of a slot that are paid for.</summary>
    public int Of(int slot) => _resident[slot];

    /// <summary>Tokens rounded up to whole pages.</summary>
    public int Round(int tokens) => IsLimited ? RoundUp(tokens, pageTokens) : tokens;

    /// <summary>Pays for the first tokens of a slot; false if the budget has no room.</summary>
    public bool TryGrow(int slot, int tokens)
    {
        if (!IsLimited || tokens <= _resident[slot])
            return true;
        if (Resident + Round(tokens) - _resident[slot] > Tokens)
            return false;
        Grow(slot, tokens);
        return true;
    }

    /// <summary>Pays for tokens that were written already; may pass the budget until the next reclaim.</summary>
    public void Grow(int slot, int tokens)
    {
        if (IsLimited && Round(tokens) > _resident[slot])
            Set(slot, Round(tokens));
    }

    /// <summary>Memory behind the first tokens was given back.</summary>
    public void Trim(int slot, int tokens) => Set(slot, Math.Min(_resident[slot], Round(tokens)));

    private void Set(int slot, int tokens)
    {
        Resident += tokens - _resident[slot];
        _resident[slot] = tokens;
    }

    private static int RoundUp(int tokens, int page) => (tokens + page - 1) / page * page;
}
