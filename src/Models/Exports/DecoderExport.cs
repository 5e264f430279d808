namespace VisionCluster.Models.Exports;

/// <summary>A ready-made decoder graph: which of the usual inputs it takes, and in what types.</summary>
public sealed record DecoderExport
{
    public required string Path { get; init; }

    /// <summary>Takes <c>input_ids</c>; otherwise <c>inputs_embeds</c>.</summary>
    public required bool TakesIds { get; init; }

    public required bool AttentionMask { get; init; }

    public required bool PositionIds { get; init; }

    /// <summary>
    /// Two graphs behind the switch <c>use_cache_branch</c>. The one with a cache was traced with one new token, so that its causal mask
    /// may not hold for more.
    /// </summary>
    public required bool CacheBranch { get; init; }

    /// <summary>The input that says how many rows of logits are wanted, and its shape (a scalar or a vector of one); null without one.</summary>
    public string? LogitsToKeep { get; init; }

    public bool LogitsToKeepIsVector { get; init; }

    /// <summary>Type of <c>inputs_embeds</c>.</summary>
    public required ExportElement Embeddings { get; init; }

    /// <summary>Type of keys and values.</summary>
    public required ExportElement Cache { get; init; }

    public required ExportElement Logits { get; init; }
}
