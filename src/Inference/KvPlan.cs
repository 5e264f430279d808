namespace VisionCluster.Inference;

/// <summary>How KV memory is shared out.</summary>
/// <param name="Slots">Sequences that can have KV at the same time: at least one.</param>
/// <param name="BudgetTokens">Tokens that they may hold together: at least one whole context.</param>
internal readonly record struct KvPlan(int Slots, int BudgetTokens)
{
    /// <param name="options">Bounds.</param>
    /// <param name="bytesPerToken">KV of one token, all layers.</param>
    /// <param name="capacity">Tokens of a slot.</param>
    /// <param name="isPaged">Whether a slot costs what it holds, not what it could hold.</param>
    public static KvPlan Create(ModelHostOptions options, long bytesPerToken, int capacity, bool isPaged)
    {
        var tokens = Math.Max(capacity, options.KvBytes / Math.Max(1, bytesPerToken));
        var most = Math.Max(1, options.MaxSlots);
        var slots = isPaged ? most : (int)Math.Min(most, tokens / capacity);
        return new KvPlan(slots, (int)Math.Min(tokens, (long)slots * capacity));
    }
}
