using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// SigLIP's attention pool (Lee et al., 2019; transformers <c>SiglipMultiheadAttentionPoolingHead</c>): one learned query looks at all
/// patches.
/// </summary>
internal sealed class SiglipHead(TransformerOptions options, GraphBuilder graph, WeightScope scope)
{
    /// <returns><c>[tiles, hidden]</c></returns>
    public Value Build(Value patches, bool inspect)
    {
        var (size, heads, head) = (options.HiddenSize, options.Heads, options.HeadDim);
        var shape = graph.Concat(0, graph.ShapeOf(patches, 0), graph.Ints(1, size));
        var probe = graph.Node("Expand", [scope.Tensor("probe", 1, 1, size), shape]);
        var (mixed, weights) = ScaledDotProduct.Build(
            graph, Project(0, probe), Project(1, patches), Project(2, patches), (heads, heads, head), 1 / MathF.Sqrt(head), null);
        if (inspect)
        {
            graph.Output(EncoderTensors.PoolAttention, weights, DataType.Float, "tiles", heads, 1, "patches");
        }

        var attended = scope.Sub("attention").Linear(mixed, "out_proj", size, size, bias: true); // [tiles, 1, hidden]
        var (scale, bias) = scope.Norm("layernorm", size);
        var normed = graph.LayerNorm(attended, scale, bias, options.LayerNormEpsilon);
        var inner = scope.Linear(normed, "mlp.fc1", size, options.IntermediateSize, bias: true);
        inner = Activations.Apply(graph, options.Activation, inner);
        var pooled = graph.Add(attended, scope.Linear(inner, "mlp.fc2", options.IntermediateSize, size, bias: true));
        return graph.Reshape(pooled, -1, size);
    }

    /// <summary>Query, key or value: a third of PyTorch's fused <c>in_proj</c>.</summary>
    private Value Project(int part, Value x)
    {
        var (weights, prefix, size) = (scope.Weights, $"{scope.Prefix}attention.", options.HiddenSize);
        var matrix = graph.Weight($"{prefix}in_proj.{part}.T", [size, size], () => Layout.Transpose(
            weights.ReadFloats($"{prefix}in_proj_weight", 3L * size, size)[(part * size * size)..((part + 1) * size * size)], size, size));
        var bias = graph.Weight($"{prefix}in_proj.{part}.bias", [size], () =>
            weights.ReadFloats($"{prefix}in_proj_bias", 3L * size)[(part * size)..((part + 1) * size)]);
        return ScaledDotProduct.SplitHeads(graph, graph.Add(graph.MatMul(x, matrix), bias), options.Heads, options.HeadDim);
    }
}
