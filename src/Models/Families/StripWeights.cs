using VisionCluster.Models.Onnx;
using VisionCluster.Models.Quantization;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>Matrices in strips, which the graphs of a model share: each is packed once.</summary>
internal sealed class StripWeights
{
    private readonly Dictionary<string, (long Bytes, bool HalfScales)> _packed = new(StringComparer.Ordinal);

    public (Value Weight, bool HalfScales) Weight(GraphBuilder graph, string name, Func<BlockMatrix> blocks)
    {
        byte[]? bytes = null;
        if (!_packed.TryGetValue(name, out var packed))
        {
            var strips = StripMatrix.Pack(blocks());
            bytes = strips.Bytes;
            _packed[name] = packed = (bytes.LongLength, strips.HalfScales);
        }

        return (graph.RawWeight(name, DataType.Uint8, [packed.Bytes], () => bytes!), packed.HalfScales);
    }
}
