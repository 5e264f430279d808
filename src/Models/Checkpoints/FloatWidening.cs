using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace VisionCluster.Models.Checkpoints;

/// <summary>F32, F16 and BF16 bytes as float32, without rounding.</summary>
public static class FloatWidening
{
    public static float[] ToFloats(ReadOnlySpan<byte> bytes, TensorEntry entry)
    {
        var values = GC.AllocateUninitializedArray<float>(checked((int)entry.ElementCount));
        switch (entry.Type)
        {
            case TensorType.F32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case TensorType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            case TensorType.BF16:
                WidenBrainFloats(MemoryMarshal.Cast<byte, ushort>(bytes), values);
                break;
            default:
                throw new ModelException($"Tensor {entry.Name} has type {entry.Type} where a floating type is needed.");
        }

        return values;
    }

    internal static void WidenBrainFloats(ReadOnlySpan<ushort> source, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }
}
