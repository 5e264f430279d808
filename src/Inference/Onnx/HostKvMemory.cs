using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// A key-value pool in main memory. The system hands out its pages when they are first written, so that a slot costs what its sequence
/// wrote, however long it might become; <see cref="Trim"/> gives them back where the system can.
/// </summary>
internal sealed unsafe class HostKvMemory : KvMemory
{
    private readonly PagedMemory _pages;
    private readonly byte* _memory;
    private readonly byte[] _scratch;
    private bool _disposed;

    public HostKvMemory(KvShape shape)
        : base(shape)
    {
        _pages = new PagedMemory(shape.Planes * shape.PlaneBytes);
        _memory = _pages.Address;
        _scratch = new byte[shape.HeadBytes];
    }

    public override int PageTokens =>
        PagedMemory.CanRelease ? Math.Max(1, Environment.SystemPageSize / (Shape.HeadDim * Shape.ElementBytes)) : 0;

    public override bool CanTransfer => true;

    public override void Read(int slot, int start, int tokens, Span<byte> destination)
    {
        var (offset, bytes) = (TokenBytes(start), TokenBytes(tokens));
        for (var head = 0; head < Shape.Planes * Shape.KvHeads; head++)
        {
            Head(head, slot, offset + bytes)[offset..].CopyTo(destination.Slice(head * bytes, bytes));
        }
    }

    public override void Write(int slot, int start, int tokens, ReadOnlySpan<byte> source)
    {
        var (offset, bytes) = (TokenBytes(start), TokenBytes(tokens));
        for (var head = 0; head < Shape.Planes * Shape.KvHeads; head++)
        {
            source.Slice(head * bytes, bytes).CopyTo(Head(head, slot, offset + bytes)[offset..]);
        }
    }

    public override void Trim(int slot, int tokens)
    {
        var kept = TokenBytes(tokens);
        for (var head = 0; head < Shape.Planes * Shape.KvHeads; head++)
        {
            _pages.Release(Offset(head, slot) + kept, Shape.HeadBytes - kept);
        }
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
            _pages.Dispose();
        }
    }

    protected override OrtValue View(int plane, long byteOffset, long[] dimensions, long bytes) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance,
        Shape.ElementType,
        dimensions,
        (nint)(_memory + (plane * Shape.PlaneBytes) + byteOffset),
        bytes);

    private int TokenBytes(int tokens) => tokens * Shape.HeadDim * Shape.ElementBytes;

    private Span<byte> Head(int head, int slot, int bytes) => new(_memory + Offset(head, slot), bytes);

    private long Offset(int head, int slot)
    {
        var (plane, inSlot) = Math.DivRem(head, Shape.KvHeads);
        return (plane * Shape.PlaneBytes) + (slot * Shape.SlotBytes) + (inSlot * Shape.HeadBytes);
    }
}
