using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// A SigLIP-style vision transformer (Dosovitskiy et al., 2020; Zhai et al., 2023): patches by one strided convolution, learned positions,
/// pre-norm layers, a final layer norm.
/// </summary>
internal sealed class SiglipTower(VisionConfig config, GraphBuilder graph, WeightScope scope, bool inspect)
{
    /// <returns>Normed patches <c>[tiles, patches, hidden]</c>, and the grid's rows and columns as int64 vectors of one.</returns>
    public (Value Patches, Value Rows, Value Columns) Build(Value pixels, Value positionIds)
    {
        var (hidden, rows, columns) = Embed(pixels, positionIds);
        Show(EncoderTensors.VisionEmbeddings, hidden);
        var (scale, bias) = scope.Norm("encoder.layers.0.layer_norm1", config.HiddenSize);
        var normed = graph.LayerNorm(hidden, scale, bias, config.LayerNormEpsilon);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var block = scope.Sub($"encoder.layers.{layer}");
            (scale, bias) = block.Norm("layer_norm2", config.HiddenSize);
            (normed, hidden) = graph.SkipLayerNorm(Attention(block.Sub("self_attn"), normed), hidden, scale, bias, config.LayerNormEpsilon);
            (scale, bias) = layer + 1 < config.Layers
                ? scope.Norm($"encoder.layers.{layer + 1}.layer_norm1", config.HiddenSize)
                : scope.Norm("post_layernorm", config.HiddenSize);
            (normed, hidden) = graph.SkipLayerNorm(Mlp(block.Sub("mlp"), normed), hidden, scale, bias, config.LayerNormEpsilon);
            Show(EncoderTensors.VisionHidden(layer), hidden);
        }

        Show(EncoderTensors.VisionLast, normed);
        return (normed, rows, columns);
    }

    private (Value Hidden, Value Rows, Value Columns) Embed(Value pixels, Value positionIds)
    {
        var embeddings = scope.Sub("embeddings");
        var patches = graph.Node(
            "Conv",
            [
                pixels,
                embeddings.Tensor("patch_embedding.weight", config.HiddenSize, config.Channels, config.PatchSize, config.PatchSize),
                embeddings.Tensor("patch_embedding.bias", config.HiddenSize),
            ],
            [Attr.Ints("kernel_shape", config.PatchSize, config.PatchSize), Attr.Ints("strides", config.PatchSize, config.PatchSize)]);
        var flat = graph.Transpose(graph.Reshape(patches, 0, config.HiddenSize, -1), 0, 2, 1); // [tiles, patches, hidden]
        var table = embeddings.Tensor("position_embedding.weight", (long)config.Side * config.Side, config.HiddenSize);
        var positions = graph.Node("Gather", [table, positionIds], [Attr.Int("axis", 0)]);
        return (graph.Add(flat, positions), graph.ShapeOf(patches, 2), graph.ShapeOf(patches, 3));
    }

    private Value Attention(WeightScope attention, Value x)
    {
        var (weights, prefix, size) = (attention.Weights, attention.Prefix, config.HiddenSize);
        var bias = graph.Weight($"{prefix}qkv.bias", [3L * size], () => Layout.Stack(
            weights.ReadFloats($"{prefix}q_proj.bias", size),
            weights.ReadFloats($"{prefix}k_proj.bias", size),
            weights.ReadFloats($"{prefix}v_proj.bias", size)));
        var mixed = graph.Node(
            "MultiHeadAttention",
            [Project("q_proj"), Project("k_proj"), Project("v_proj"), bias],
            [Attr.Int("num_heads", config.Heads)],
            GraphBuilder.ContribDomain);
        return attention.Linear(mixed, "out_proj", size, size, bias: true);

        Value Project(string name) => attention.Linear(x, name, size, size, bias: false);
    }

    private Value Mlp(WeightScope mlp, Value x)
    {
        var inner = Activations.Apply(graph, config.Activation, mlp.Linear(x, "fc1", config.HiddenSize, config.IntermediateSize, bias: true));
        return mlp.Linear(inner, "fc2", config.IntermediateSize, config.HiddenSize, bias: true);
    }

    private void Show(string name, Value value)
    {
        if (inspect)
        {
            graph.Output(name, value, DataType.Float, "tiles", "patches", config.HiddenSize);
        }
    }
}
