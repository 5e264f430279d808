using System.Numerics.Tensors;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Models.Families;

/// <summary>Rearranges weights at compile time.</summary>
internal static class Layout
{
    private const int Block = 32;

    /// <summary><c>[rows, columns]</c> → <c>[columns, rows]</c>.</summary>
    public static float[] Transpose(float[] source, int rows, int columns)
    {
        var result = GC.AllocateUninitializedArray<float>(source.Length);
        for (var r0 = 0; r0 < rows; r0 += Block)
        {
            for (var c0 = 0; c0 < columns; c0 += Block)
            {
                for (var r = r0; r < Math.Min(r0 + Block, rows); r++)
                {
                    for (var c = c0; c < Math.Min(c0 + Block, columns); c++)
                    {
                        result[(c * rows) + r] = source[(r * columns) + c];
                    }
                }
            }
        }

        return result;
    }

    /// <summary>Stacks matrices of equal width: <c>[a, columns]</c> over <c>[b, columns]</c> …</summary>
    public static float[] Stack(params ReadOnlySpan<float[]> parts)
    {
        var length = 0;
        foreach (var part in parts)
        {
            length += part.Length;
        }

        var result = GC.AllocateUninitializedArray<float>(length);
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(result, at);
            at += part.Length;
        }

        return result;
    }

    /// <summary>
    /// Widens every head of a projection <c>[heads · head, columns]</c> to <paramref name="padded"/> rows of which the new ones are zero.
    /// With <paramref name="halves"/> each half of a head is widened by itself, so that rotary pairs (j, j + head/2) stay pairs.
    /// </summary>
    public static float[] PadHeads(float[] source, int heads, int head, int padded, int columns, bool halves)
    {
        if (head == padded)
        {
            return source;
        }

        var result = new float[heads * padded * columns];
        var (parts, part, widened) = halves ? (heads * 2, head / 2, padded / 2) : (heads, head, padded);
        for (var i = 0; i < parts; i++)
        {
            source.AsSpan(i * part * columns, part * columns).CopyTo(result.AsSpan(i * widened * columns));
        }

        return result;
    }

    /// <summary>Which row of the narrower heads stands in a row of widened ones; −1 for a row of zeros.</summary>
    public static int PadSource(int row, int head, int padded, bool halves)
    {
        var (part, widened) = halves ? (head / 2, padded / 2) : (head, padded);
        return row % widened < part ? (row / widened * part) + (row % widened) : -1;
    }

    /// <summary>Rows in another order: <paramref name="row"/> says which stands at a place.</summary>
    public static float[] SelectRows(float[] source, int columns, int rows, Func<int, int> row)
    {
        var result = new float[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            source.AsSpan(row(i) * columns, columns).CopyTo(result.AsSpan(i * columns));
        }

        return result;
    }

    /// <summary>1 + w, as Gemma's norms multiply.</summary>
    public static float[] PlusOne(float[] source)
    {
        var result = new float[source.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = 1 + source[i];
        }

        return result;
    }
}
