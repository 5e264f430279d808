using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VisionCluster.Inference.Kernels;

/// <summary>
/// A batch of activations in 8-bit blocks of 32 (ggml's Q8_1), laid out for <see cref="StripProducts"/>: rows in tiles of 8, 4 and 1, and
/// in a tile four bytes of each row side by side, so that one pointer walks over all of them. A row's values do not depend on its tile.
/// </summary>
internal unsafe struct ActivationTiles
{
    public const int Block = 32;
    private const float Most = 127;

    /// <summary>Blocks whose largest magnitude is below are zeros: the inverse of their scale would be infinite.</summary>
    private const float Least = 1e-30f;

    public int Rows;
    public int Columns;

    /// <summary><c>[tiles][columns / 4][rows of the tile][4]</c></summary>
    public sbyte* Quants;

    /// <summary>What 1 means in a block, <c>[tiles][blocks][rows of the tile]</c>.</summary>
    public float* Scales;

    /// <summary>Sums of a block's rounded values, as <see cref="Scales"/>: what rounding adds to all of them must not meet the offset alone.</summary>
    public float* Sums;

    /// <summary>Sums of a block's integers, as <see cref="Scales"/>.</summary>
    public int* Totals;

    public readonly int Blocks => Columns / Block;

    /// <summary>Bytes that a batch takes.</summary>
    public static long BytesOf(int rows, int columns) =>
        Scratch.Align((long)rows * columns) + (3 * Scratch.Align((long)rows * (columns / Block) * sizeof(float)));

    public static ActivationTiles At(byte* memory, int rows, int columns)
    {
        var quants = Scratch.Align((long)rows * columns);
        var blocks = Scratch.Align((long)rows * (columns / Block) * sizeof(float));
        return new ActivationTiles
        {
            Rows = rows,
            Columns = columns,
            Quants = (sbyte*)memory,
            Scales = (float*)(memory + quants),
            Sums = (float*)(memory + quants + blocks),
            Totals = (int*)(memory + quants + (2 * blocks)),
        };
    }

    /// <summary>The first row of a row's tile and how many it has.</summary>
    public readonly (int First, int Count) TileOf(int row)
    {
        var eights = Rows & ~7;
        return row < eights ? (row & ~7, 8) : (Rows & 4) != 0 && row < eights + 4 ? (eights, 4) : (row, 1);
    }

    /// <param name="row">Its place in the batch.</param>
    /// <param name="x">Its values.</param>
    /// <param name="norm">Weights of an RMS norm before it; null: none.</param>
    /// <param name="epsilon">The norm's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Fill(int row, float* x, float* norm, float epsilon)
    {
        var (first, count) = TileOf(row);
        var inTile = row - first;
        var quants = Quants + ((long)first * Columns) + (inTile * 4);
        var at = ((long)first * Blocks) + inTile;
        var factor = Vector512.Create(norm is null ? 1 : InverseRms(x, epsilon));
        for (var block = 0; block < Blocks; block++, at += count, quants += 8 * 4 * count)
        {
            var (low, high) = (Vector512.Load(x + (block * Block)), Vector512.Load(x + (block * Block) + 16));
            if (norm is not null)
            {
                low = low * factor * Vector512.Load(norm + (block * Block));
                high = high * factor * Vector512.Load(norm + (block * Block) + 16);
            }

            var largest = Wide.Largest(Vector512.Max(Vector512.Abs(low), Vector512.Abs(high)));
            var inverse = Vector512.Create(largest < Least ? 0 : Most / largest);
            var (lowInts, highInts) = (Wide.RoundToInt(low * inverse), Wide.RoundToInt(high * inverse));
            Scales[at] = largest / Most;
            Totals[at] = Vector512.Sum(lowInts + highInts);
            Sums[at] = Scales[at] * Totals[at];
            Scatter(lowInts, highInts, (int*)quants, count);
        }
    }

    private readonly float InverseRms(float* x, float epsilon)
    {
        var (even, odd) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (var column = 0; column < Columns; column += Block)
        {
            var (low, high) = (Vector512.Load(x + column), Vector512.Load(x + column + 16));
            even = Wide.Fma(low, low, even);
            odd = Wide.Fma(high, high, odd);
        }

        return 1 / MathF.Sqrt((Wide.Sum(even + odd) / Columns) + epsilon);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scatter(Vector512<int> low, Vector512<int> high, int* destination, int stride)
    {
        var words = Vector512.Narrow(low, high);
        var bytes = Vector256.Narrow(words.GetLower(), words.GetUpper()).AsInt32();
        if (stride == 1)
        {
            bytes.Store(destination);
            return;
        }

        for (var four = 0; four < 8; four++)
        {
            destination[four * stride] = bytes[four];
        }
    }
}
