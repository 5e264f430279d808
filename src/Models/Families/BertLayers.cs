using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>What BERT and DistilBERT do with their summed embeddings: a norm, and post-norm layers over the real tokens.</summary>
internal static class BertLayers
{
    /// <returns>The last layer's output, <c>[batch, tokens, hidden]</c>.</returns>
    public static Value Build(
        TextTowerConfig config, LayerNames names, GraphBuilder graph, WeightScope model, Value embeddings, Value mask, bool inspect)
    {
        var (scale, bias) = model.Norm("embeddings.LayerNorm", config.HiddenSize);
        var input = graph.LayerNorm(embeddings, scale, bias, config.Layers.LayerNormEpsilon);
        var layers = new EncoderLayers(config.Layers, names, graph, model, new AttentionMask(mask))
        {
            ShowAttention = inspect ? DecoderTensors.TextAttention : null,
        };
        var hidden = layers.PostNorm(input);
        if (inspect)
        {
            new TokenEmbedding(config, graph).Show(hidden);
        }

        return hidden[^1];
    }
}
