namespace VisionCluster.Models.Gguf;

/// <summary>A tensor of a GGUF file. <paramref name="Shape"/> is row major, outermost first; <paramref name="Offset"/> counts from the file's start.</summary>
internal sealed record GgufTensor(string Name, GgufTensorType Type, long[] Shape, long Offset, long ByteCount)
{
    public long ElementCount => ByteCount / Type.BlockBytes() * Type.BlockWeights();
}
