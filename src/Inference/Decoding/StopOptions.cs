namespace VisionCluster.Inference.Decoding;

/// <summary>When a generation ends.</summary>
public sealed record StopOptions
{
    internal const int MaxStopStrings = 16;

    internal const int MaxStopStringLength = 1024;

    internal const int MaxStopTokens = 1024;

    /// <summary>Most tokens to generate, at least 1; clamped to what is left of the context.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>
    /// Stop tokens are masked, and stop strings ignored, until so many tokens are out (a stop string must lie after them entirely).
    /// Default 0.
    /// </summary>
    public int MinTokens { get; init; }

    /// <summary>
    /// Ids that end the answer (the model's end-of-sequence tokens among them, unless ignored); at most 1,024. The token counts and is
    /// reported, its text is not emitted.
    /// </summary>
    public IReadOnlySet<int> StopTokenIds { get; init; } = new HashSet<int>();

    /// <summary>The answer ends before any of these texts; at most 16, of at most 1,024 UTF-16 units each.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Everything that is wrong, one sentence each, naming the field and its value; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (MaxTokens < 1)
            errors.Add($"max_tokens must be at least 1, not {MaxTokens}.");
        if (MinTokens < 0)
            errors.Add($"min_tokens must be 0 or more, not {MinTokens}.");
        else if (MinTokens > MaxTokens)
            errors.Add($"min_tokens must be at most max_tokens, but {MinTokens} is above {MaxTokens}.");
        if (StopTokenIds.Count > MaxStopTokens)
            errors.Add($"stop_token_ids may have at most {MaxStopTokens} entries, not {StopTokenIds.Count}.");
        else if (StopTokenIds.Any(id => id < 0))
            errors.Add($"stop_token_ids must not be negative, but {StopTokenIds.First(id => id < 0)} is.");
        if (StopStrings.Count > MaxStopStrings)
            errors.Add($"stop may have at most {MaxStopStrings} strings, not {StopStrings.Count}.");
        if (StopStrings.Any(string.IsNullOrEmpty))
            errors.Add("stop must not hold an empty string.");
        else if (StopStrings.FirstOrDefault(stop => stop.Length > MaxStopStringLength) is { } tooLong)
            errors.Add($"stop may have strings of at most {MaxStopStringLength} characters, not {tooLong.Length}.");
        return errors;
    }
}
