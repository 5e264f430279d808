using System.Numerics.Tensors;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Verification;

/// <summary>Greedy continuation over the serving graph, one prompt alone, ends of sequence ignored: what the goldens hold.</summary>
internal static class GreedyDecoder
{
    // Not a divisor of anything: chunk borders fall where a wrong position would show.
    private const int ChunkTokens = 37;

    /// <param name="runner">A decoder.</param>
    /// <param name="embeddings">The prompt, <c>[tokens, hidden]</c>.</param>
    /// <param name="count">Tokens to generate.</param>
    /// <returns>Ids, and the logits that chose each of them <c>[count, vocabulary]</c>.</returns>
    public static (long[] Ids, float[] Logits) Run(IDecoderRunner runner, ReadOnlySpan<float> embeddings, int count)
    {
        var (ids, logits) = (new long[count], new float[count * runner.VocabularySize]);
        var tokens = embeddings.Length / runner.HiddenSize;
        var step = runner.BidirectionalPrefix ? tokens : ChunkTokens;
        for (var past = 0; past < tokens; past += step)
        {
            var chunk = Math.Min(step, tokens - past);
            var last = past + chunk == tokens;
            runner.Prefill(
                0,
                past,
                embeddings.Slice(past * runner.HiddenSize, chunk * runner.HiddenSize),
                last ? logits.AsSpan(0, runner.VocabularySize) : []);
        }

        for (var i = 0; ; i++)
        {
            var row = logits.AsSpan(i * runner.VocabularySize, runner.VocabularySize);
            var id = TensorPrimitives.IndexOfMax<float>(row);
            ids[i] = id;
            if (i + 1 == count)
            {
                return (ids, logits);
            }

            runner.Decode([id], [tokens + i], logits.AsSpan((i + 1) * runner.VocabularySize, runner.VocabularySize));
        }
    }
}
