using System.Buffers.Binary;

namespace VisionCluster.Models.Gguf;

/// <summary>
/// ggml's quantised blocks (<c>ggml-common.h</c>, <c>ggml-quants.c</c>) taken apart: integers q, and for every part of a block a float32
/// scale and minimum, so that w = scale · q + minimum in float32, bit for bit what llama.cpp's own dequantisation computes.
/// </summary>
internal static class GgufBlocks
{
    private const int Weights = 32;

    /// <summary>Weights that share a scale.</summary>
    public static int PartWeights(GgufTensorType type) => type == GgufTensorType.Q6_K ? 16 : Weights;

    /// <summary>Whether blocks have a minimum besides their scale.</summary>
    public static bool HasMinimum(GgufTensorType type) =>
        type is GgufTensorType.Q4_1 or GgufTensorType.Q5_1 or GgufTensorType.Q4_K or GgufTensorType.Q5_K;

    /// <summary>Whether the type has blocks at all, and not single floats.</summary>
    public static bool IsBlock(GgufTensorType type) => type.BlockWeights() > 1;

    /// <summary>Takes one block apart.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="block">Its bytes.</param>
    /// <param name="q">Receives the integers, zero points of symmetric types already subtracted.</param>
    /// <param name="scales">Receives a scale for each part.</param>
    /// <param name="minima">Receives a minimum for each part; 0 for types that have none.</param>
    public static void Unpack(GgufTensorType type, ReadOnlySpan<byte> block, Span<sbyte> q, Span<float> scales, Span<float> minima)
    {
        switch (type)
        {
            case GgufTensorType.Q4_0:
                scales[0] = Half(block);
                Nibbles(block[2..], q, -8);
                break;
            case GgufTensorType.Q4_1:
                (scales[0], minima[0]) = (Half(block), Half(block[2..]));
                Nibbles(block[4..], q, 0);
                break;
            case GgufTensorType.Q5_0:
                scales[0] = Half(block);
                Nibbles(block[6..], q, -16);
                FifthBits(BinaryPrimitives.ReadUInt32LittleEndian(block[2..]), q);
                break;
            case GgufTensorType.Q5_1:
                (scales[0], minima[0]) = (Half(block), Half(block[2..]));
                Nibbles(block[8..], q, 0);
                FifthBits(BinaryPrimitives.ReadUInt32LittleEndian(block[4..]), q);
                break;
            case GgufTensorType.Q8_0:
                scales[0] = Half(block);
                System.Runtime.InteropServices.MemoryMarshal.Cast<byte, sbyte>(block.Slice(2, Weights)).CopyTo(q);
                break;
            case GgufTensorType.Q4_K or GgufTensorType.Q5_K:
                GgufSuperBlocks.Unpack45(block, type == GgufTensorType.Q5_K, q, scales, minima);
                break;
            case GgufTensorType.Q6_K:
                GgufSuperBlocks.Unpack6(block, q, scales);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    /// <summary>A tensor's blocks as float32.</summary>
    public static void ToFloats(GgufTensorType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var (weights, size, part) = (type.BlockWeights(), type.BlockBytes(), PartWeights(type));
        Span<sbyte> q = stackalloc sbyte[weights];
        Span<float> scales = stackalloc float[weights / part];
        Span<float> minima = stackalloc float[weights / part];
        minima.Clear();
        for (var at = 0; at < values.Length; at += weights)
        {
            Unpack(type, bytes.Slice(at / weights * size, size), q, scales, minima);
            for (var i = 0; i < weights; i++)
            {
                // Two roundings, as the reference has them: no fused multiply-add.
                var product = scales[i / part] * q[i];
                values[at + i] = product + minima[i / part];
            }
        }
    }

    internal static float Half(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    /// <summary>Byte j holds weight j in its low nibble and weight j + 16 in its high one.</summary>
    private static void Nibbles(ReadOnlySpan<byte> packed, Span<sbyte> q, int shift)
    {
        for (var j = 0; j < Weights / 2; j++)
        {
            q[j] = (sbyte)((packed[j] & 15) + shift);
            q[j + (Weights / 2)] = (sbyte)((packed[j] >> 4) + shift);
        }
    }

    private static void FifthBits(uint bits, Span<sbyte> q)
    {
        for (var j = 0; j < Weights; j++)
        {
            q[j] += (sbyte)(((bits >> j) & 1) << 4);
        }
    }
}
