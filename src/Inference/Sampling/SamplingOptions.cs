namespace VisionCluster.Inference.Sampling;

/// <summary>How the next token is chosen. Order: logit bias, penalties, temperature, top-k, top-p, min-p, as in vLLM.</summary>
public sealed record SamplingOptions
{
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>0 = greedy. Default 0.</summary>
    public float Temperature { get; init; }

    /// <summary>0 = all. Default 0.</summary>
    public int TopK { get; init; }

    /// <summary>In (0, 1]. Default 1.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>In [0, 1). Default 0.</summary>
    public float MinP { get; init; }

    /// <summary>Over prompt and answer (Keskar et al., 2019), above 0. Default 1.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Per occurrence in the answer, −2 to 2. Default 0.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Once if in the answer, −2 to 2. Default 0.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Added to logits by token id, −100 to 100; at most 1,024 entries.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Randomness is a function of (seed, position) alone.</summary>
    public ulong Seed { get; init; }

    /// <summary>Report log probabilities. Default false.</summary>
    public bool LogProbs { get; init; }

    /// <summary>Alternatives reported per token, 0 to 20. Default 0.</summary>
    public int TopLogProbs { get; init; }
}
