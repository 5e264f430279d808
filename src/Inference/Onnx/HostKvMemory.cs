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

    public override void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            NativeMemory.Free(_memory);
        }
    }

    protected override OrtValue View(int plane, long byteOffset, long[] dimensions, long bytes) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance,
        TensorElementType.Float,
        dimensions,
        (nint)(_memory + (plane * Shape.PlaneBytes) + byteOffset),
        bytes);

    private int TokenBytes(int tokens) => tokens * Shape.HeadDim * sizeof(float);

    private Span<byte> Head(int head, int slot, int bytes)
    {
        var (plane, inSlot) = Math.DivRem(head, Shape.KvHeads);
        return new Span<byte>(_memory + (plane * Shape.PlaneBytes) + (slot * Shape.SlotBytes) + (inSlot * Shape.HeadBytes), bytes);
    }
}
