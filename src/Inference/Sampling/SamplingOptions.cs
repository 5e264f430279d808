namespace VisionCluster.Inference.Sampling;

/// <summary>
/// How the next token is chosen. Order, as in vLLM's V1 sampler: minimum length (stop tokens masked), logit bias, repetition penalty,
/// frequency penalty, presence penalty; greedy stops here; then temperature, min-p, top-k, top-p, each over what the one before left.
/// Equal logits rank by token id, the lowest first: top-k keeps exactly k tokens and greedy takes the lowest id.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Below this temperature is greedy (vLLM's bound).</summary>
    internal const float GreedyBelow = 1e-5f;

    internal const int MaxLogitBiases = 1024;

    internal const int MaxTopLogProbs = 20;

    public static SamplingOptions Greedy { get; } = new();

    /// <summary>0 = greedy. Default 0.</summary>
    public float Temperature { get; init; }

    /// <summary>0 = all. Default 0.</summary>
    public int TopK { get; init; }

    /// <summary>In (0, 1]: the fewest best tokens whose probabilities reach it. Default 1.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>In [0, 1): tokens less probable than this share of the best one's probability are dropped. Default 0.</summary>
    public float MinP { get; init; }

    /// <summary>Over prompt and answer (Keskar et al., 2019), above 0. Default 1.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Per occurrence in the answer, −2 to 2. Default 0.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Once if in the answer, −2 to 2. Default 0.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Added to logits by token id, −100 to 100; at most 1,024 entries.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Randomness is a function of (seed, position) alone, where the position counts from the prompt's first token.</summary>
    public ulong Seed { get; init; }

    /// <summary>Report log probabilities. Default false.</summary>
    public bool LogProbs { get; init; }

    /// <summary>Alternatives reported per token, 0 to 20. Default 0.</summary>
    public int TopLogProbs { get; init; }

    internal bool IsGreedy => Temperature < GreedyBelow;

    internal bool HasPenalties => RepetitionPenalty != 1 || FrequencyPenalty != 0 || PresencePenalty != 0;

    /// <summary>Everything that is wrong, one sentence each, naming the field and its value; empty when all is well.</summary>
    /// <param name="vocabularySize">Token ids must lie below it.</param>
    public IReadOnlyList<string> Validate(int vocabularySize = int.MaxValue)
    {
        var errors = new List<string>();
        Check(float.IsFinite(Temperature) && Temperature >= 0, $"temperature must be 0 or more, not {Temperature}.");
        Check(TopK >= 0, $"top_k must be 0 (all) or more, not {TopK}.");
        Check(TopP is > 0 and <= 1, $"top_p must be above 0 and at most 1, not {TopP}.");
        Check(MinP is >= 0 and < 1, $"min_p must be at least 0 and below 1, not {MinP}.");
        Check(float.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0, $"repetition_penalty must be above 0, not {RepetitionPenalty}.");
        Check(FrequencyPenalty is >= -2 and <= 2, $"frequency_penalty must be from -2 to 2, not {FrequencyPenalty}.");
        Check(PresencePenalty is >= -2 and <= 2, $"presence_penalty must be from -2 to 2, not {PresencePenalty}.");
        Check(LogitBias.Count <= MaxLogitBiases, $"logit_bias may have at most {MaxLogitBiases} entries, not {LogitBias.Count}.");
        foreach (var (id, bias) in LogitBias.Take(MaxLogitBiases))
        {
            Check(id >= 0 && id < vocabularySize, $"logit_bias names token {id}, which the vocabulary does not have.");
            Check(bias is >= -100 and <= 100, $"logit_bias of token {id} must be from -100 to 100, not {bias}.");
        }
        Check(TopLogProbs is >= 0 and <= MaxTopLogProbs, $"top_logprobs must be from 0 to {MaxTopLogProbs}, not {TopLogProbs}.");
        Check(TopLogProbs == 0 || LogProbs, $"top_logprobs is {TopLogProbs}, which needs logprobs to be on.");
        return errors;

        void Check(bool right, string sentence)
        {
            if (!right)
                errors.Add(sentence);
        }
    }
}
