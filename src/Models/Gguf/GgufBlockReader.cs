using VisionCluster.Models.Quantization;

namespace VisionCluster.Models.Gguf;

/// <summary>
/// ggml's blocks in the layout of <c>MatMulNBits</c>, the same integers and scales: q of symmetric types around the zero point; the minimum
/// m of the others, whose 4-bit q start at 0, becomes the offset m + 8 · scale.
/// </summary>
internal static class GgufBlockReader
{
    public static BlockFormat FormatOf(GgufTensorType type) =>
        new(IsFourBit(type) ? 4 : 8, GgufBlocks.PartWeights(type), GgufBlocks.HasMinimum(type));

    public static BlockMatrix Read(GgufTensorType type, ReadOnlySpan<byte> bytes, int rows, int columns)
    {
        var (format, weights, size) = (FormatOf(type), type.BlockWeights(), type.BlockBytes());
        var (parts, count) = (weights / format.BlockSize, rows * (columns / format.BlockSize));
        var packed = GC.AllocateUninitializedArray<byte>(count * format.BlockBytes);
        var scales = GC.AllocateUninitializedArray<float>(count);
        var offsets = new float[format.HasOffsets ? count : 0];

        // 4-bit integers that start at 0 are stored as they are, 8-bit ones in the upper half.
        var shift = format is { Bits: 4, HasOffsets: true } ? 0 : format.ZeroPoint;
        Span<sbyte> q = stackalloc sbyte[weights];
        Span<byte> unsigned = stackalloc byte[weights];
        Span<float> minima = stackalloc float[parts];
        for (var part = 0; part < count; part += parts)
        {
            var scale = scales.AsSpan(part, parts);
            GgufBlocks.Unpack(type, bytes.Slice(part / parts * size, size), q, scale, minima);
            for (var i = 0; i < weights; i++)
            {
                unsigned[i] = (byte)(q[i] + shift);
            }

            BlockRounding.Pack(unsigned, packed.AsSpan(part * format.BlockBytes, parts * format.BlockBytes), format.Bits);
            for (var i = 0; i < parts && format.HasOffsets; i++)
            {
                offsets[part + i] = minima[i] + ((format.ZeroPoint - shift) * scale[i]);
            }
        }

        return new BlockMatrix(rows, columns, format, packed, scales, offsets);
    }

    private static bool IsFourBit(GgufTensorType type) => type is GgufTensorType.Q4_0 or GgufTensorType.Q4_1 or GgufTensorType.Q4_K;
}
