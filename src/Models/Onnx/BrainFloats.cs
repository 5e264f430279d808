namespace VisionCluster.Models.Onnx;

/// <summary>float32 as bfloat16: its upper 16 bits, rounded to the nearest, ties to even.</summary>
internal static class BrainFloats
{
    private const ushort NotANumber = 0x7fc0;

    public static ushort Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? NotANumber : (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    public static ushort[] Round(float[] values)
    {
        var rounded = GC.AllocateUninitializedArray<ushort>(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            rounded[i] = Round(values[i]);
        }

        return rounded;
    }
}
