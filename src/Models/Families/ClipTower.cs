using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>
/// CLIP's vision transformer (Radford et al., 2021; transformers <c>modeling_clip.py</c>): a class token, learned positions, a norm before
/// the layers. The sequence itself stays without a final norm.
/// </summary>
internal sealed class ClipTower(VisionConfig config, GraphBuilder graph, WeightScope scope, bool inspect)
{
    /// <param name="count">Layers to run.</param>
    /// <returns>The input of layer 0 and every layer's output, <c>[tiles, patches + 1, hidden]</c> each, the class token first.</returns>
    public Value[] Build(int count)
    {
        var embedding = new PatchEmbedding(config, graph);
        var scopes = scope.Sub("embeddings");
        var (patches, _, _) = embedding.Build(embedding.FixedPixels(), scopes, "patch_embedding", bias: false);
        var embeddings = embedding.WithClass(
            patches,
            scopes.Tensor("class_embedding", config.HiddenSize),
            scopes.Tensor("position_embedding.weight", config.Patches + 1, config.HiddenSize));
        var (scale, bias) = scope.Norm("pre_layrnorm", config.HiddenSize);
        var normed = graph.LayerNorm(embeddings, scale, bias, config.Layers.LayerNormEpsilon);
        var layers = new EncoderLayers(config.Layers, LayerNames.Clip, graph, scope, AttentionMask.None)
        {
            ShowAttention = inspect ? EncoderTensors.VisionAttention : null,
        };
        var (hidden, _) = layers.PreNorm(normed, count, finalNorm: null);
        if (inspect)
        {
            VisionOutputs.Show(graph, EncoderTensors.VisionPatchEmbeddings, embeddings, config.HiddenSize);
            VisionOutputs.Show(graph, hidden, config.HiddenSize);
        }

        return hidden;
    }
}
