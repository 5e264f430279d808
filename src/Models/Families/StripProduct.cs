using VisionCluster.Models.Onnx;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Models.Families;

/// <summary><see cref="KernelOps.BlockMatMul"/> with a matrix.</summary>
internal sealed class StripProduct(GraphBuilder graph, StripWeights strips, MatrixSource matrix, BlockFormat format, Func<BlockMatrix> blocks)
{
    public Value Multiply(Value x, NormBefore? norm = null, Value? residual = null, GateActivation gate = GateActivation.None)
    {
        var (weight, halfScales) = strips.Weight(graph, $"{matrix.Name}.strips{format.Bits}", blocks);
        return graph.Node(
            KernelOps.BlockMatMul,
            [x, weight, norm?.Scale ?? Value.None, residual ?? Value.None],
            [
                Attr.Int(KernelOps.Outputs, matrix.Rows),
                Attr.Int(KernelOps.Inputs, matrix.Columns),
                Attr.Int(KernelOps.Bits, format.Bits),
                Attr.Int(KernelOps.HasOffsets, format.HasOffsets ? 1 : 0),
                Attr.Int(KernelOps.HalfScales, halfScales ? 1 : 0),
                Attr.Float(KernelOps.Epsilon, norm?.Epsilon ?? 0),
                Attr.Int(KernelOps.Gate, (int)gate),
            ],
            KernelOps.Domain);
    }
}
