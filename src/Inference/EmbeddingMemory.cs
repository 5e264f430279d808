using System.Buffers;
using System.Runtime.InteropServices;

namespace VisionCluster.Inference;

/// <summary>The bytes of an embedding seen as float32 values, without a copy.</summary>
internal sealed class EmbeddingMemory(byte[] bytes) : MemoryManager<float>
{
    public override Span<float> GetSpan() => MemoryMarshal.Cast<byte, float>(bytes.AsSpan());

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("An embedding is read through spans only.");

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
