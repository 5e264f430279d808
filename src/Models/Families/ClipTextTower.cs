using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>
/// The text tower of CLIP (Radford et al., 2021) and SigLIP (Zhai et al., 2023): learned positions, pre-norm layers, a final norm.
/// </summary>
internal sealed class ClipTextTower(TextTowerConfig config, GraphBuilder graph, WeightScope scope, bool inspect)
{
    /// <returns>The normed sequence, <c>[batch, tokens, hidden]</c>.</returns>
    public Value Build(Value ids, AttentionMask mask)
    {
        var embedding = new TokenEmbedding(config, graph);
        var input = embedding.Build(scope.Sub("embeddings"), "token_embedding", "position_embedding", ids);
        var layers = new EncoderLayers(config.Layers, LayerNames.Clip, graph, scope, mask)
        {
            ShowAttention = inspect ? DecoderTensors.TextAttention : null,
        };
        var (hidden, last) = layers.PreNorm(input, config.Layers.Layers, "final_layer_norm");
        if (inspect)
        {
            embedding.Show(hidden);
            embedding.Show(DecoderTensors.TextFinal, last);
        }

        return last;
    }
}
