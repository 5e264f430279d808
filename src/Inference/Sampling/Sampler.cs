using System.Numerics.Tensors;

namespace VisionCluster.Inference.Sampling;

/// <summary>
/// Chooses tokens. One per engine thread: its scratch space is shared by all sequences, what belongs to a sequence is in its
/// <see cref="SamplingState"/>. The order of steps is <see cref="SamplingOptions"/>'s.
/// </summary>
internal sealed class Sampler(int vocabularySize)
{
    private readonly float[] _logits = new float[vocabularySize];
    private readonly TokenDistribution _distribution = new(vocabularySize);

    /// <summary>Chooses the token at a position; the caller adds it to the state.</summary>
    /// <param name="raw">The model's logits <c>[vocabulary]</c>.</param>
    /// <param name="state">The sequence's options and counts.</param>
    /// <param name="position">The token's position, counted from the prompt's first token.</param>
    public SampledToken Sample(ReadOnlySpan<float> raw, SamplingState state, long position)
    {
        if (!TensorPrimitives.IsFiniteAll(raw))
            return SampledToken.NotFinite;
        var logits = raw;
        if (state.Edits)
        {
            raw.CopyTo(_logits);
            state.Edit(_logits);
            logits = _logits;
        }
        var options = state.Options;
        var id = options.IsGreedy ? TensorPrimitives.IndexOfMax(logits) : Draw(logits, options, position);
        if (!options.LogProbs)
            return new SampledToken(id, float.NaN, null);
        var logSumExp = LogProbabilities.LogSumExp(raw);
        var top = options.TopLogProbs > 0 ? LogProbabilities.Top(raw, logSumExp, options.TopLogProbs) : null;
        return new SampledToken(id, (float)(raw[id] - logSumExp), top);
    }

    private int Draw(ReadOnlySpan<float> logits, SamplingOptions options, long position)
    {
        _distribution.Load(logits, options.Temperature);
        _distribution.Keep(options.MinP, options.TopK, options.TopP);
        return _distribution.Pick(Philox.Uniform(options.Seed, position));
    }
}
