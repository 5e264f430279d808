using System.Collections.Concurrent;
using System.Numerics.Tensors;

namespace VisionCluster.Models.Quantization;

/// <summary>
/// A fixed orthogonal map that spreads what one channel holds over all of them (QuaRot: Ashkboos et al., 2024): random signs, then a
/// Hadamard matrix, whose entries are all of one magnitude. It is the Kronecker product of small ones: of orders 2, 12 and 20 (Paley, 1933);
/// a length with other odd factors has a cosine transform for them, which spreads a little less evenly.
/// </summary>
internal static class Rotation
{
    private static readonly ConcurrentDictionary<int, float[]> Factors = new();

    /// <summary>Rotates a vector in place.</summary>
    public static void Apply(Span<float> x)
    {
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = IsNegative(i) ? -x[i] : x[i];
        }

        var (stride, rest) = (1, x.Length);
        while (rest > 1)
        {
            var order = NextFactor(rest);
            Multiply(x, order, stride);
            (stride, rest) = (stride * order, rest / order);
        }
    }

    /// <summary>Rotates a matrix in runs of <paramref name="width"/> along its rows.</summary>
    public static float[] Rows(float[] matrix, int width)
    {
        var result = (float[])matrix.Clone();
        Parallel.For(0, result.Length / width, i => Apply(result.AsSpan(i * width, width)));
        return result;
    }

    /// <summary>The map as a matrix M: x · M is the rotated x.</summary>
    public static float[] Matrix(int size)
    {
        var unit = new float[size * size];
        for (var i = 0; i < size; i++)
        {
            unit[(i * size) + i] = 1;
        }

        return Rows(unit, size);
    }

    private static int NextFactor(int rest) =>
        rest % 12 == 0 ? 12
        : rest % 20 == 0 ? 20
        : rest % 2 == 0 ? 2
        : rest;

    /// <summary>Multiplies along one axis of x as a tensor, whose elements are <paramref name="stride"/> apart.</summary>
    private static void Multiply(Span<float> x, int order, int stride)
    {
        var matrix = Factors.GetOrAdd(order, Factor);
        Span<float> source = order <= 256 ? stackalloc float[order] : new float[order];
        for (var block = 0; block < x.Length; block += order * stride)
        {
            for (var at = block; at < block + stride; at++)
            {
                for (var i = 0; i < order; i++)
                {
                    source[i] = x[at + (i * stride)];
                }

                for (var i = 0; i < order; i++)
                {
                    x[at + (i * stride)] = TensorPrimitives.Dot(source, matrix.AsSpan(i * order, order));
                }
            }
        }
    }

    private static float[] Factor(int order)
    {
        var result = new float[order * order];
        for (var row = 0; row < order; row++)
        {
            for (var column = 0; column < order; column++)
            {
                result[(row * order) + column] = order switch
                {
                    2 => (row & column) == 1 ? -1 : 1,
                    12 or 20 => Paley(row, column, order - 1),
                    _ => MathF.Sqrt(row == 0 ? 1 : 2) * MathF.Cos(MathF.PI * (column + 0.5f) * row / order),
                } / MathF.Sqrt(order);
            }
        }

        return result;
    }

    /// <summary>1 on the diagonal and in the first row, −1 in the first column, else whether the difference is a square modulo p = 3 mod 4.</summary>
    private static int Paley(int row, int column, int p)
    {
        if (row == 0 || row == column)
        {
            return 1;
        }

        if (column == 0)
        {
            return -1;
        }

        var difference = (row - column + p) % p;
        return Enumerable.Range(1, p - 1).Any(root => root * root % p == difference) ? 1 : -1;
    }

    /// <summary>A hash's bit: signs without a pattern that a transform could undo.</summary>
    private static bool IsNegative(int index) => ((((uint)index * 2654435761u) >> 13) & 1) != 0;
}
