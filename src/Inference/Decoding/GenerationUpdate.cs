namespace VisionCluster.Inference.Decoding;

/// <summary>One generated token; the stop token too, if one ends the answer.</summary>
/// <param name="Index">0 for the answer's first token.</param>
/// <param name="TokenId">The chosen id.</param>
/// <param name="Text">Text that became certain with this token; may be empty.</param>
/// <param name="LogProb">Natural logarithm of the model's own probability (before penalties and temperature); NaN unless asked for.</param>
/// <param name="Top">The best alternatives, best first; null unless asked for.</param>
public readonly record struct GenerationUpdate(int Index, int TokenId, string Text, float LogProb, TokenLogProb[]? Top);

/// <summary>An alternative at a position.</summary>
public readonly record struct TokenLogProb(int TokenId, float LogProb);

public enum FinishReason
{
    /// <summary>A stop token or stop string.</summary>
    Stop,

    /// <summary>MaxTokens, or the slot is full.</summary>
    Length,

    Cancelled,

    DeadlineExceeded,

    /// <summary>The device failed; <see cref="GenerationResult.Error"/> says how.</summary>
    Error,
}

/// <summary>How a generation ended.</summary>
public sealed record GenerationResult
{
    public required FinishReason Reason { get; init; }

    /// <summary>Text held back until the end.</summary>
    public string Text { get; init; } = "";

    /// <summary>The stop string that ended the answer, if one did.</summary>
    public string? StopString { get; init; }

    public required int PromptTokens { get; init; }

    /// <summary>Prompt tokens whose KV was already there.</summary>
    public required int CachedTokens { get; init; }

    /// <summary>Tokens generated here: without <see cref="GenerationRequest.AnsweredTokens"/>.</summary>
    public required int GeneratedTokens { get; init; }

    /// <summary>From submission to the first prefill chunk.</summary>
    public TimeSpan QueueTime { get; init; }

    /// <summary>From the first prefill chunk to the first token.</summary>
    public TimeSpan PrefillTime { get; init; }

    /// <summary>From the first token to the last.</summary>
    public TimeSpan DecodeTime { get; init; }

    public Exception? Error { get; init; }

    /// <summary>After <see cref="Generation.Leave"/>: the KV to go on with elsewhere; null where it has to be prefilled again.</summary>
    public CarriedKv? Kv { get; init; }
}
