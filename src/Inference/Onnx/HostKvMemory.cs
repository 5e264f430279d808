using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace VisionCluster.Inference.Onnx;

/// <summary>A key-value pool in main memory. The system hands out its pages when they are first written.</summary>
internal sealed unsafe class HostKvMemory : KvMemory
{
    private readonly byte* _memory;
    private readonly byte[] _scratch;
    private bool _disposed;

    public HostKvMemory(KvShape shape)
        : base(shape)
    {
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(shape.Planes * shape.PlaneBytes));
        _scratch = new byte[shape.HeadBytes];
    }

    public override void Copy(int source, int destination, int tokens)
    {
        var bytes = TokenBytes(tokens);
        for (var head = 0; head < Shape.Planes * Shape.KvHeads; head++)
        {
            Head(head, source, bytes).CopyTo(Head(head, destination, bytes));
        }
    }

    public override void Swap(int first, int second, int tokens)
    {
        var bytes = TokenBytes(tokens);
        var scratch = _scratch.AsSpan(0, bytes);
        for (var head = 0; head < Shape.Planes * Shape.KvHeads; head++)
        {
            var a = Head(head, first, bytes);
            var b = Head(head, second, bytes);
            a.CopyTo(scratch);
            b.CopyTo(a);
            scratch.CopyTo(b);
        }
    }

    /// <summary>The largest magnitude of each channel among a slot's first tokens in a plane of floats, <c>[kv_heads, head_dim]</c>.</summary>
    public float[] Largest(int plane, int slot, int tokens)
    {
        var largest = new float[Shape.KvHeads * Shape.HeadDim];
        for (var head = 0; head < Shape.KvHeads; head++)
        {
            var values = MemoryMarshal.Cast<byte, float>(Head((plane * Shape.KvHeads) + head, slot, TokenBytes(tokens)));
            var channels = largest.AsSpan(head * Shape.HeadDim, Shape.HeadDim);
            for (var token = 0; token < tokens; token++)
            {
                TensorPrimitives.MaxMagnitude(channels, values.Slice(token * Shape.HeadDim, Shape.HeadDim), channels);
            }
        }

        TensorPrimitives.Abs(largest, largest);
        return largest;
    }

    public override void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Scales?.Dispose();
            NativeMemory.Free(_memory);
        }
    }

    protected override OrtValue View(int plane, long byteOffset, long[] dimensions, long bytes) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance,
        Shape.ElementType,
        dimensions,
        (nint)(_memory + (plane * Shape.PlaneBytes) + byteOffset),
        bytes);

    private int TokenBytes(int tokens) => tokens * Shape.HeadDim * Shape.ElementBytes;

    private Span<byte> Head(int head, int slot, int bytes)
    {
        var (plane, inSlot) = Math.DivRem(head, Shape.KvHeads);
        return new Span<byte>(_memory + (plane * Shape.PlaneBytes) + (slot * Shape.SlotBytes) + (inSlot * Shape.HeadBytes), bytes);
    }
}
