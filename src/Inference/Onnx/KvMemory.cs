using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Inference.Devices;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// The key-value pool of one decoder: for every layer a key and a value plane <c>[slots, kv_heads, capacity, head_dim]</c>. A tensor over
/// any range of slots is a view of it, so a prefill writes into its slot and a decode step runs over slots 0..n−1 without a copy.
/// </summary>
internal abstract class KvMemory(KvShape shape) : IDisposable
{
    public KvShape Shape { get; } = shape;

    /// <summary>What 8-bit integers mean; null for a pool of floats.</summary>
    public KvScales? Scales { get; init; }

    /// <param name="shape">Sizes.</param>
    /// <param name="device">Where.</param>
    /// <param name="session">A session on the device.</param>
    /// <param name="scales">For a pool of 8-bit integers; the pool disposes them.</param>
    public static KvMemory Create(KvShape shape, DeviceOptions device, DeviceSession session, KvScales? scales = null) => device.Kind == DeviceKind.Cuda
        ? new CudaKvMemory(shape, session)
        : new HostKvMemory(shape) { Scales = scales };

    /// <summary>A view over <paramref name="count"/> slots of a plane (layer · 2, plus 1 for values).</summary>
    public OrtValue View(int plane, int firstSlot, int count) => View(
        plane,
        firstSlot * Shape.SlotBytes,
        [count, Shape.KvHeads, Shape.Capacity, Shape.HeadDim],
        count * Shape.SlotBytes);

    /// <summary>Copies the first <paramref name="tokens"/> tokens of a slot to another, in all planes.</summary>
    public abstract void Copy(int source, int destination, int tokens);

    /// <summary>Exchanges the first <paramref name="tokens"/> tokens of two slots, in all planes.</summary>
    public abstract void Swap(int first, int second, int tokens);

    /// <summary>Tokens of a page, where memory behind unwritten pages costs nothing; 0 where all of it is paid for.</summary>
    public virtual int PageTokens => 0;

    /// <summary>Whether <see cref="Read"/> and <see cref="Write"/> work.</summary>
    public virtual bool CanTransfer => false;

    /// <summary>Reads tokens of a slot from all planes, head after head.</summary>
    public virtual void Read(int slot, int start, int tokens, Span<byte> destination) => throw new NotSupportedException();

    /// <summary>Writes what <see cref="Read"/> read.</summary>
    public virtual void Write(int slot, int start, int tokens, ReadOnlySpan<byte> source) => throw new NotSupportedException();

    /// <summary>Gives back the memory behind a slot's first tokens.</summary>
    public virtual void Trim(int slot, int tokens)
    {
    }

    public abstract void Dispose();

    protected abstract OrtValue View(int plane, long byteOffset, long[] dimensions, long bytes);
}

/// <summary>Sizes of a key-value pool.</summary>
internal readonly record struct KvShape(int Layers, int Slots, int KvHeads, int Capacity, int HeadDim, KvPrecision Precision = KvPrecision.Fp32)
{
    public TensorElementType ElementType => Precision switch
    {
        KvPrecision.Fp32 => TensorElementType.Float,
        KvPrecision.Fp16 => TensorElementType.Float16,
        KvPrecision.Bf16 => TensorElementType.BFloat16,
        KvPrecision.Int8 => TensorElementType.Int8,
        _ => throw new InvalidOperationException($"{Precision} is not what memory holds."),
    };

    public int ElementBytes => ElementType switch
    {
        TensorElementType.Float16 or TensorElementType.BFloat16 => 2,
        TensorElementType.Int8 => 1,
        _ => sizeof(float),
    };

    public int Planes => 2 * Layers;

    public long HeadBytes => (long)Capacity * HeadDim * ElementBytes;

    public long SlotBytes => KvHeads * HeadBytes;

    public long PlaneBytes => Slots * SlotBytes;

    public long BytesPerToken => (long)Planes * KvHeads * HeadDim * ElementBytes;
}
