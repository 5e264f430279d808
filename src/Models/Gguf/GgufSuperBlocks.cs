namespace VisionCluster.Models.Gguf;

/// <summary>ggml's K-quants: super-blocks of 256 weights whose parts have small integer scales below a float16 one.</summary>
internal static class GgufSuperBlocks
{
    private const int PartWeights = 32;
    private const int PackedScales = 12;

    /// <summary>Q4_K and Q5_K: eight parts of 32 weights, 6-bit scales and minima, w = (d · scale) · q − (dmin · minimum).</summary>
    public static void Unpack45(ReadOnlySpan<byte> block, bool fiveBits, Span<sbyte> q, Span<float> scales, Span<float> minima)
    {
        var (d, dmin) = (GgufBlocks.Half(block), GgufBlocks.Half(block[2..]));
        var packed = block.Slice(4, PackedScales);
        var high = block.Slice(4 + PackedScales, fiveBits ? PartWeights : 0);
        var nibbles = block[(4 + PackedScales + high.Length)..];
        for (var part = 0; part < scales.Length; part++)
        {
            var (scale, minimum) = ScaleAndMinimum(packed, part);
            scales[part] = d * scale;
            minima[part] = -(dmin * minimum);

            // Two parts share 32 bytes: the even one has the low nibbles. Bit "part" of the high bytes is the fifth.
            var bytes = nibbles.Slice(part / 2 * PartWeights, PartWeights);
            var shift = part % 2 * 4;
            for (var i = 0; i < PartWeights; i++)
            {
                var fifth = fiveBits ? ((high[i] >> part) & 1) << 4 : 0;
                q[(part * PartWeights) + i] = (sbyte)(((bytes[i] >> shift) & 15) | fifth);
            }
        }
    }

    /// <summary>Q6_K: sixteen parts of 16 weights, 8-bit scales, w = (d · scale) · (q − 32).</summary>
    public static void Unpack6(ReadOnlySpan<byte> block, Span<sbyte> q, Span<float> scales)
    {
        var low = block[..128];
        var high = block.Slice(128, 64);
        var parts = block.Slice(192, 16);
        var d = GgufBlocks.Half(block[208..]);
        for (var part = 0; part < scales.Length; part++)
        {
            scales[part] = d * (sbyte)parts[part];
        }

        for (var i = 0; i < q.Length; i++)
        {
            // Each half of 128 weights is four quarters of 32: quarters 0 and 1 have low nibbles, 2 and 3 high ones, of two runs of 32 bytes.
            var (half, quarter, at) = (i / 128, i / 32 % 4, i % 32);
            var nibble = (low[(half * 64) + (quarter % 2 * 32) + at] >> (quarter / 2 * 4)) & 15;
            var top = (high[(half * 32) + at] >> (quarter * 2)) & 3;
            q[i] = (sbyte)((nibble | (top << 4)) - 32);
        }
    }

    /// <summary>Eight 6-bit pairs in 12 bytes: the first four whole, of the last four the top two bits lie above the first.</summary>
    private static (int Scale, int Minimum) ScaleAndMinimum(ReadOnlySpan<byte> packed, int part) => part < 4
        ? (packed[part] & 63, packed[part + 4] & 63)
        : ((packed[part + 4] & 15) | (packed[part - 4] >> 6 << 4), (packed[part + 4] >> 4) | (packed[part] >> 6 << 4));
}
