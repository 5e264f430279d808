using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Sampling;

/// <summary>What the sampler chose; see <see cref="GenerationUpdate"/> for the log probabilities.</summary>
/// <param name="TokenId">−1 when the model's logits hold NaN or an infinity.</param>
/// <param name="LogProb">NaN unless asked for.</param>
/// <param name="Top">Null unless asked for.</param>
internal readonly record struct SampledToken(int TokenId, float LogProb, TokenLogProb[]? Top)
{
    public static SampledToken NotFinite { get; } = new(-1, float.NaN, null);

    public bool IsValid => TokenId >= 0;
}
