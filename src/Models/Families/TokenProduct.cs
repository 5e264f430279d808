using VisionCluster.Models.Onnx;
using VisionCluster.Models.Quantization;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// x · Wᵀ in 8-bit integers: each token is rounded by a scale of its own, so that no row depends on its neighbours, and sums of integers are
/// exact in any order. A token whose largest value is 0 has the scale 0, which makes its products 0 whatever its integers are.
/// </summary>
internal sealed class TokenProduct(GraphBuilder graph)
{
    private const float Most = 127;
    private const byte Zero = 128;
    private const int MostRun = 64;

    private readonly Dictionary<(string Input, int Run), (Value Integers, Value Scale)> _tokens = [];

    /// <summary>Runs of channels that are rotated where a layer's input cannot be rotated ahead: a power of two that divides the width.</summary>
    public static int RunOf(int columns) => Math.Min(MostRun, columns & -columns);

    /// <param name="x"><c>[…, columns]</c></param>
    /// <param name="matrix">W.</param>
    /// <param name="run">Rotates x (and W) in runs of so many channels first; 1: not at all.</param>
    /// <returns><c>[…, rows]</c></returns>
    public Value Multiply(Value x, MatrixSource matrix, int run)
    {
        var name = $"{matrix.Name}.r{run}.q8";
        var rounded = new Lazy<RowRounding>(() => RowRounding.Of(
            run == 1 ? matrix.Floats() : Rotation.Rows(matrix.Floats(), run), matrix.Rows, matrix.Columns));
        var weights = graph.RawWeight(name, DataType.Int8, [matrix.Columns, matrix.Rows], () => rounded.Value.Transposed);
        var scales = graph.Weight($"{name}.scales", [matrix.Rows], () => rounded.Value.Scales);
        var (integers, scale) = Round(x, matrix.Columns, run);
        var product = graph.Node(
            "MatMulIntegerToFloat", [integers, weights, graph.Scalar(1), scales, graph.ByteScalar(Zero)], [], GraphBuilder.ContribDomain);
        return graph.Mul(product, scale);
    }

    /// <summary>Once for all layers that read the same x.</summary>
    private (Value Integers, Value Scale) Round(Value x, int columns, int run)
    {
        if (!_tokens.TryGetValue((x.Name, run), out var token))
        {
            var rotated = run == 1 ? x : Rotate(x, columns, run);
            var largest = graph.Node("ReduceMax", [graph.Node("Abs", [rotated]), graph.Ints(-1)], [Attr.Int("keepdims", 1)]);
            var scale = graph.Mul(largest, graph.Scalar(1 / Most)); // [batch, tokens, 1]
            var integers = graph.Node("QuantizeLinear", [graph.Node("Div", [rotated, scale]), graph.Scalar(1), graph.ByteScalar(Zero)]);
            _tokens[(x.Name, run)] = token = (integers, scale);
        }

        return token;
    }

    private Value Rotate(Value x, int columns, int run)
    {
        var matrix = graph.Weight($"rotation.{run}", [run, run], () => Rotation.Matrix(run));
        var runs = graph.Reshape(x, 0, 0, columns / run, run); // 0: as it is
        return graph.Reshape(graph.MatMul(runs, matrix), 0, 0, columns);
    }
}
