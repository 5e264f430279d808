using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>
/// A SigLIP-style vision transformer (Zhai et al., 2023; transformers <c>modeling_siglip.py</c>): learned positions without a class token,
/// pre-norm layers, a final layer norm. Idefics' towers take each patch's position as an input, for images of any shape.
/// </summary>
internal sealed class SiglipTower(VisionConfig config, GraphBuilder graph, WeightScope scope, bool inspect)
{
    /// <returns>Every hidden state, the last normed patches <c>[tiles, patches, hidden]</c>, and the grid's rows and columns.</returns>
    /// <param name="pixels">Pixels.</param>
    /// <param name="positionIds">int64 <c>[tiles, patches]</c>; null for the table as it is.</param>
    /// <param name="mask">Which patches are real.</param>
    /// <param name="count">Layers to run; null for all.</param>
    public Output Build(Value pixels, Value? positionIds, AttentionMask mask, int? count = null)
    {
        var embedding = new PatchEmbedding(config, graph);
        var (patches, rows, columns) = embedding.Build(pixels, scope.Sub("embeddings"), "patch_embedding", bias: true);
        var table = scope.Tensor("embeddings.position_embedding.weight", config.Patches, config.HiddenSize);
        var embeddings = graph.Add(patches, positionIds is { } ids ? graph.Node("Gather", [table, ids], [Attr.Int("axis", 0)]) : table);
        var layers = new EncoderLayers(config.Layers, LayerNames.Clip, graph, scope, mask)
        {
            ShowAttention = inspect ? EncoderTensors.VisionAttention : null,
        };
        var (hidden, normed) = layers.PreNorm(embeddings, count ?? config.Layers.Layers, "post_layernorm");
        if (inspect)
        {
            VisionOutputs.Show(graph, hidden, config.HiddenSize);
            VisionOutputs.Show(graph, EncoderTensors.VisionLast, normed, config.HiddenSize);
        }

        return new Output(hidden, normed, rows, columns);
    }

    internal readonly record struct Output(Value[] Hidden, Value Patches, Value Rows, Value Columns);
}
