using System.Runtime.InteropServices;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Sampling;

/// <summary>One sequence's options and token counts. Everything is allocated here, once, so that a step allocates nothing.</summary>
internal sealed class SamplingState
{
    private readonly (int Id, float Bias)[] _biases;
    private readonly int[] _stopIds;
    private readonly int _minTokens;

    // Occurrences in the answer by token id; 0 for a token that only the prompt holds. Null without penalties.
    private readonly Dictionary<int, int>? _counts;

    public SamplingState(SamplingOptions options, StopOptions stop, ReadOnlySpan<int> prompt, int maxTokens, int vocabularySize)
    {
        Options = options;
        _biases = [.. options.LogitBias.Select(pair => (pair.Key, pair.Value))];
        _minTokens = stop.MinTokens;
        _stopIds = _minTokens > 0 ? [.. stop.StopTokenIds.Where(id => id >= 0 && id < vocabularySize)] : [];
        if (!options.HasPenalties)
            return;
        _counts = new Dictionary<int, int>(Math.Min(vocabularySize, prompt.Length + maxTokens));
        if (options.RepetitionPenalty == 1)
            return;
        foreach (var id in prompt)
        {
            if (id >= 0 && id < vocabularySize) // an image placeholder may lie outside
                _counts.TryAdd(id, 0);
        }
    }

    public SamplingOptions Options { get; }

    /// <summary>Tokens of the answer so far.</summary>
    public int Generated { get; private set; }

    /// <summary>Whether <see cref="Edit"/> would change anything now.</summary>
    public bool Edits => _biases.Length > 0 || _counts is { Count: > 0 } || (Generated < _minTokens && _stopIds.Length > 0);

    /// <summary>Counts a chosen token.</summary>
    public void Add(int tokenId)
    {
        Generated++;
        if (_counts is not null)
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, tokenId, out _)++;
    }

    /// <summary>Minimum length, bias and penalties, in vLLM's order.</summary>
    public void Edit(Span<float> logits)
    {
        if (Generated < _minTokens)
        {
            foreach (var id in _stopIds)
                logits[id] = float.NegativeInfinity;
        }
        foreach (var (id, bias) in _biases)
            logits[id] += bias;
        if (_counts is null)
            return;
        var repetition = Options.RepetitionPenalty;
        foreach (var (id, count) in _counts)
        {
            var logit = logits[id];
            if (float.IsNegativeInfinity(logit))
                continue;
            logit = logit > 0 ? logit / repetition : logit * repetition;
            logit -= Options.FrequencyPenalty * count;
            if (count > 0)
                logit -= Options.PresencePenalty;
            logits[id] = Math.Clamp(logit, float.MinValue, float.MaxValue); // an extreme penalty overflows
        }
    }
}
