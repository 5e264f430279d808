using System.Numerics.Tensors;

namespace VisionCluster.Inference.Verification;

/// <summary>What goldens say about rows of logits.</summary>
internal static class Probabilities
{
    private const int TopCount = 5;

    /// <summary>The best ids of every row and their probabilities, <c>[rows, 5]</c> each.</summary>
    public static (long[] Ids, float[] Probabilities) Top(float[] logits, int rows)
    {
        var width = logits.Length / rows;
        var (ids, probabilities) = (new long[rows * TopCount], new float[rows * TopCount]);
        var row = new float[width];
        for (var r = 0; r < rows; r++)
        {
            TensorPrimitives.SoftMax(logits.AsSpan(r * width, width), row);
            for (var k = 0; k < TopCount && k < width; k++)
            {
                var best = TensorPrimitives.IndexOfMax<float>(row);
                (ids[(r * TopCount) + k], probabilities[(r * TopCount) + k]) = (best, row[best]);
                row[best] = float.NegativeInfinity;
            }
        }

        return (ids, probabilities);
    }

    /// <summary>Softmax of every row.</summary>
    public static float[] SoftMax(float[] logits, int rows)
    {
        var (width, result) = (logits.Length / rows, new float[logits.Length]);
        for (var r = 0; r < rows; r++)
        {
            TensorPrimitives.SoftMax(logits.AsSpan(r * width, width), result.AsSpan(r * width, width));
        }

        return result;
    }

    public static float[] Sigmoid(float[] logits)
    {
        var result = new float[logits.Length];
        TensorPrimitives.Sigmoid<float>(logits, result);
        return result;
    }
}
