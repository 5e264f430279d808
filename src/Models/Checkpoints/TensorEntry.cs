namespace VisionCluster.Models.Checkpoints;

/// <summary>A tensor of a safetensors file. <paramref name="Offset"/> counts from the end of the header.</summary>
public sealed record TensorEntry(string Name, TensorType Type, long[] Shape, long Offset, long ByteCount)
{
    public long ElementCount => ByteCount / Type.Bytes();
}
