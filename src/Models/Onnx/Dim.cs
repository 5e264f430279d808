using VisionCluster.Models.Onnx.Protocol;

namespace VisionCluster.Models.Onnx;

/// <summary>One dimension of a declared shape: a fixed size, or a symbol that a run decides.</summary>
internal readonly struct Dim
{
    private Dim(TensorShapeProto.Types.Dimension proto) => Proto = proto;

    public TensorShapeProto.Types.Dimension Proto { get; }

    public static implicit operator Dim(long size) => new(new TensorShapeProto.Types.Dimension { DimValue = size });

    public static implicit operator Dim(int size) => (long)size;

    public static implicit operator Dim(string symbol) => new(new TensorShapeProto.Types.Dimension { DimParam = symbol });
}
