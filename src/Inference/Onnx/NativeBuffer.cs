using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace VisionCluster.Inference.Onnx;

/// <summary>Memory that outlives many runs and of which tensors of any smaller shape are views.</summary>
internal sealed unsafe class NativeBuffer<T>(int capacity) : IDisposable
    where T : unmanaged
{
    private const nuint Alignment = 64;

    private readonly T* _memory = (T*)NativeMemory.AlignedAlloc((nuint)Math.Max(capacity, 1) * (nuint)sizeof(T), Alignment);
    private bool _disposed;

    public Span<T> Span => new(_memory, capacity);

    public OrtValue View(TensorElementType type, params long[] dimensions)
    {
        long count = 1;
        foreach (var side in dimensions)
        {
            count *= side;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, capacity);
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, dimensions, (nint)_memory, count * sizeof(T));
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            NativeMemory.AlignedFree(_memory);
        }
    }
}
