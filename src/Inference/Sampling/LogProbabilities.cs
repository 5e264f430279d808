using System.Numerics;
using System.Numerics.Tensors;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Sampling;

/// <summary>Log-softmax of raw logits: its normaliser and its best entries.</summary>
internal static class LogProbabilities
{
    private const int Block = 1024;

    /// <summary>ln Σ exp(logit), summed in double over blocks that stay in the first-level cache.</summary>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        Span<float> scratch = stackalloc float[Block];
        var max = TensorPrimitives.Max(logits);
        var sum = 0.0;
        for (var start = 0; start < logits.Length; start += Block)
        {
            var block = logits.Slice(start, Math.Min(Block, logits.Length - start));
            var weights = scratch[..block.Length];
            TensorPrimitives.Subtract(block, max, weights);
            TensorPrimitives.Exp(weights, weights);
            sum += TensorPrimitives.Sum(weights);
        }
        return max + Math.Log(sum);
    }

    /// <summary>The best <paramref name="count"/> tokens, best first, equal ones by id.</summary>
    public static TokenLogProb[] Top(ReadOnlySpan<float> logits, double logSumExp, int count)
    {
        var top = new TokenLogProb[Math.Min(count, logits.Length)];
        if (top.Length == 0)
            return top;
        var filled = 0;
        var id = 0;
        while (id < logits.Length)
        {
            // Once the list is full, whole vectors that cannot enter are skipped.
            if (filled == top.Length && id <= logits.Length - Vector<float>.Count
                && !Vector.GreaterThanAny(new Vector<float>(logits[id..]), new Vector<float>(top[^1].LogProb)))
            {
                id += Vector<float>.Count;
                continue;
            }
            var end = Math.Min(logits.Length, id + Vector<float>.Count);
            for (; id < end; id++)
                Insert(top, ref filled, id, logits[id]);
        }
        for (var i = 0; i < top.Length; i++)
            top[i] = top[i] with { LogProb = (float)(top[i].LogProb - logSumExp) };
        return top;
    }

    private static void Insert(TokenLogProb[] top, ref int filled, int id, float logit)
    {
        if (filled == top.Length)
        {
            if (!(logit > top[^1].LogProb))
                return;
            filled--;
        }
        var place = filled++;
        for (; place > 0 && top[place - 1].LogProb < logit; place--)
            top[place] = top[place - 1];
        top[place] = new TokenLogProb(id, logit);
    }
}
