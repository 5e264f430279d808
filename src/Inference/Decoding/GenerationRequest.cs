using VisionCluster.Inference.Sampling;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference.Decoding;

/// <summary>One generation, as the engine takes it.</summary>
public sealed record GenerationRequest
{
    public required string RequestId { get; init; }

    public required PromptTokens Prompt { get; init; }

    public required StopOptions Stop { get; init; }

    /// <summary>A fresh stream; the engine owns it from now on.</summary>
    public required ITokenTextStream Text { get; init; }

    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Higher goes first while waiting. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>
    /// So long after its submission the generation ends with <see cref="FinishReason.DeadlineExceeded"/>, also while it waits. A span and
    /// not a time of day, because clocks get set.
    /// </summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>The conversation whose KV is reused and kept; null = nothing outlives the generation.</summary>
    public DecodeSession? Session { get; init; }

    /// <summary>
    /// The prompt's last so many tokens are the beginning of the answer, generated before (on a silo that is gone, say). Sampling, stop
    /// conditions, text and <see cref="GenerationUpdate.Index"/> go on as if they had been generated here; <see cref="Stop"/> means the
    /// whole answer. Default 0.
    /// </summary>
    public int AnsweredTokens { get; init; }

    /// <summary>
    /// On whose account it runs. Among waiting generations of equal priority, that of the tenant goes first who has been served the fewest
    /// tokens for its <see cref="TenantWeight"/>. Default: one account for all.
    /// </summary>
    public string Tenant { get; init; } = "";

    /// <summary>The tenant's share: twice the weight, twice the tokens. Positive. Default 1.</summary>
    public double TenantWeight { get; init; } = 1;

    /// <summary>
    /// Whose prompts may share KV with this one, such as a tenant; null = nobody's. Shared prefixes show in
    /// <see cref="GenerationResult.CachedTokens"/>, so a scope must not span those who may not know of each other.
    /// </summary>
    public string? CacheScope { get; init; }
}
