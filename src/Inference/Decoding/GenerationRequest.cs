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

    /// <summary>After this the generation ends with <see cref="FinishReason.DeadlineExceeded"/>, also while it waits.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The conversation whose KV is reused and kept; null = nothing outlives the generation.</summary>
    public DecodeSession? Session { get; init; }
}
