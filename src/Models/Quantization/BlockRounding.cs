namespace VisionCluster.Models.Quantization;

/// <summary>
/// Rounds a float matrix to symmetric blocks, nearest integer. Eight bits: scale max|w| / 127. Four bits: the weight of the largest
/// magnitude becomes −8, as in ggml's Q4_0, which wastes no level.
/// </summary>
internal static class BlockRounding
{
    private const float MostEight = 127;
    private const float LeastFour = -8;

    /// <param name="values"><c>[rows, columns]</c></param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="format">Without offsets.</param>
    /// <param name="halfScales">Whether scales shall be halves, and integers what fits them.</param>
    public static BlockMatrix Round(float[] values, int rows, int columns, BlockFormat format, bool halfScales = false)
    {
        var (blocks, zero) = (format.BlocksOf(columns), (byte)format.ZeroPoint);
        var packed = new byte[rows * blocks * format.BlockBytes];
        var scales = new float[rows * blocks];
        Span<byte> q = stackalloc byte[format.BlockSize];
        for (var row = 0; row < rows; row++)
        {
            for (var block = 0; block < blocks; block++)
            {
                var at = block * format.BlockSize;
                var weights = values.AsSpan((row * columns) + at, Math.Min(format.BlockSize, columns - at));
                q.Fill(zero);
                var index = (row * blocks) + block;
                scales[index] = Round(weights, q, format, halfScales);
                Pack(q, packed.AsSpan(index * format.BlockBytes, format.BlockBytes), format.Bits);
            }
        }

        return new BlockMatrix(rows, columns, format, packed, scales, []);
    }

    /// <summary>Writes integers of 0 to 2^bits − 1 into bytes.</summary>
    public static void Pack(ReadOnlySpan<byte> q, Span<byte> packed, int bits)
    {
        if (bits == 8)
        {
            q.CopyTo(packed);
            return;
        }

        for (var i = 0; i < packed.Length; i++)
        {
            packed[i] = (byte)(q[2 * i] | (q[(2 * i) + 1] << 4));
        }
    }

    private static float Round(ReadOnlySpan<float> weights, Span<byte> q, BlockFormat format, bool halfScale)
    {
        var largest = 0f;
        foreach (var weight in weights)
        {
            largest = MathF.Abs(weight) > MathF.Abs(largest) ? weight : largest;
        }

        var scale = format.Bits == 8 ? MathF.Abs(largest) / MostEight : largest / LeastFour;
        scale = halfScale ? (float)(Half)scale : scale;
        if (scale == 0)
        {
            return 0;
        }

        for (var i = 0; i < weights.Length; i++)
        {
            q[i] = (byte)Math.Clamp(MathF.Round(weights[i] / scale) + format.ZeroPoint, 0, (2 * format.ZeroPoint) - 1);
        }

        return scale;
    }
}
