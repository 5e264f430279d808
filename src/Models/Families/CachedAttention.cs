using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>
/// Grouped-query attention (Ainslie et al., 2023) over a key-value buffer whose past and present are the same memory:
/// <c>[batch, kv_heads, capacity, head_dim]</c> for each of key and value in every layer. Rotary embedding happens inside.
/// </summary>
internal sealed class CachedAttention(LlamaConfig config, GraphBuilder graph, Value sequenceLengths, Value totalLength)
{
    public Value Build(int layer, Value qkv)
    {
        var cache = new CacheTensors(config, graph, layer);
        var (cosine, sine) = RotaryWeights.Of(graph, config, config.CacheHeadDim);
        var outputs = graph.Nodes(
            "GroupQueryAttention",
            3,
            [qkv, Value.None, Value.None, cache.PastKey, cache.PastValue, sequenceLengths, totalLength, cosine, sine],
            [
                Attr.Int("num_heads", config.Heads),
                Attr.Int("kv_num_heads", config.KvHeads),
                Attr.Float("scale", 1 / MathF.Sqrt(config.HeadDim)),
                Attr.Int("do_rotary", 1),
                Attr.Int("rotary_interleaved", 0),
                Attr.Int("local_window_size", config.SlidingWindow ?? -1),
            ],
            GraphBuilder.ContribDomain);
        cache.Present(outputs[1], outputs[2]);
        return outputs[0];
    }
}
