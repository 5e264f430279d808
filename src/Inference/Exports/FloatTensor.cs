using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using VisionCluster.Models.Exports;

namespace VisionCluster.Inference.Exports;

/// <summary>Tensors of float32 or float16, seen as float32 from here.</summary>
internal static class FloatTensor
{
    /// <summary>A tensor over a copy of the values.</summary>
    public static OrtValue Create(ReadOnlySpan<float> values, ExportElement type, params long[] shape)
    {
        if (type == ExportElement.Float32)
        {
            return OrtValue.CreateTensorValueFromMemory(values.ToArray(), shape);
        }

        var halves = new Float16[values.Length];
        TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<Float16, Half>(halves.AsSpan()));
        return OrtValue.CreateTensorValueFromMemory(halves, shape);
    }

    /// <summary>Copies a whole tensor.</summary>
    public static void Read(OrtValue tensor, ExportElement type, Span<float> destination) =>
        Read(tensor, type, 0, destination, wholly: true);

    /// <summary>Copies a tensor's last values.</summary>
    public static void ReadLast(OrtValue tensor, ExportElement type, Span<float> destination)
    {
        var count = tensor.GetTensorTypeAndShape().ElementCount;
        Read(tensor, type, checked((int)(count - destination.Length)), destination, wholly: false);
    }

    private static void Read(OrtValue tensor, ExportElement type, int first, Span<float> destination, bool wholly)
    {
        var count = tensor.GetTensorTypeAndShape().ElementCount;
        if (first < 0 || (wholly && count != destination.Length))
        {
            throw new InvalidOperationException($"The graph gave {count} values where {destination.Length} were due.");
        }

        if (type == ExportElement.Float32)
        {
            tensor.GetTensorDataAsSpan<float>().Slice(first, destination.Length).CopyTo(destination);
        }
        else
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<Float16, Half>(tensor.GetTensorDataAsSpan<Float16>().Slice(first, destination.Length)), destination);
        }
    }
}
