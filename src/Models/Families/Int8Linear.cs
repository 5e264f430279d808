using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// x · Wᵀ of encoders with 8-bit weights (a scale for each output) and 8-bit activations. Activations get their scale at run time: one for
/// each row, so that no image depends on its neighbours, or one for the whole input, as the hub's <c>model_quantized.onnx</c> have it.
/// </summary>
internal sealed class Int8Linear(GraphBuilder graph, bool wholeInput, bool kernels = false)
{
    private const float Most = 127;
    private const byte Middle = 128;
    private const float Least = 1e-20f;

    private readonly Dictionary<string, (Value Integers, Value Scale)> _rounded = [];

    /// <summary>Whether passes over rows are our own operator's (<see cref="KernelOps.RowPass"/>).</summary>
    public bool HasKernels => kernels && !wholeInput;

    /// <summary>Integers · Wᵀ, still to be multiplied by the integers' row factors.</summary>
    public Value MultiplyRounded(Value integers, MatrixSource matrix)
    {
        var (weights, scales) = Weights(matrix);
        return graph.Node(
            "MatMulIntegerToFloat", [integers, weights, graph.Scalar(1), scales, graph.ByteScalar(Middle)], [], GraphBuilder.ContribDomain);
    }

    /// <param name="x"><c>[…, columns]</c></param>
    /// <param name="matrix">W.</param>
    /// <returns><c>[…, rows]</c></returns>
    public Value Multiply(Value x, MatrixSource matrix)
    {
        if (wholeInput)
        {
            var (integers, scales) = Weights(matrix);
            return graph.Node("DynamicQuantizeMatMul", [x, integers, scales], [], GraphBuilder.ContribDomain);
        }

        // Projections that read the same activations share them.
        if (!_rounded.TryGetValue(x.Name, out var rows))
        {
            _rounded[x.Name] = rows = Rows(x);
        }

        return graph.Mul(MultiplyRounded(rows.Integers, matrix), rows.Scale);
    }

    private (Value Integers, Value Scales) Weights(MatrixSource matrix)
    {
        var rounded = new Lazy<(byte[] Integers, float[] Scales)>(() => Round(matrix.Floats(), matrix.Rows, matrix.Columns));
        return (
            graph.RawWeight($"{matrix.Name}.int8.T", DataType.Int8, [matrix.Columns, matrix.Rows], () => rounded.Value.Integers),
            graph.Weight($"{matrix.Name}.int8.scales", [matrix.Rows], () => rounded.Value.Scales));
    }

    /// <summary>Each row's integers around <see cref="Middle"/>, and its scale: the largest magnitude becomes 127.</summary>
    private (Value Integers, Value Scale) Rows(Value x)
    {
        var largest = graph.Node("ReduceMax", [graph.Node("Abs", [x]), graph.Ints(-1)], [Attr.Int("keepdims", 1)]);

        // A row of zeros has no scale of its own; any will do.
        var scale = graph.Mul(graph.Node("Max", [largest, graph.Scalar(Least)]), graph.Scalar(1 / Most));
        return (graph.Node("QuantizeLinear", [graph.Node("Div", [x, scale]), graph.Scalar(1), graph.ByteScalar(Middle)]), scale);
    }

    private static (byte[] Integers, float[] Scales) Round(float[] values, int rows, int columns)
    {
        var (integers, scales) = (new byte[values.Length], new float[rows]);
        for (var row = 0; row < rows; row++)
        {
            var weights = values.AsSpan(row * columns, columns);
            var scale = scales[row] = System.Numerics.Tensors.TensorPrimitives.MaxMagnitude<float>(weights) is var most && most != 0 ? MathF.Abs(most) / Most : 1;
            for (var column = 0; column < columns; column++)
            {
                integers[(column * rows) + row] = (byte)(sbyte)MathF.Round(weights[column] / scale);
            }
        }

        return (integers, scales);
    }
}
