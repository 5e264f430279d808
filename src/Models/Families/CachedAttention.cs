using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// Grouped-query attention (Ainslie et al., 2023) over a key-value buffer whose past and present are the same memory:
/// <c>[batch, kv_heads, capacity, head_dim]</c> for each of key and value in every layer. Rotary embedding happens inside. An 8-bit cache has
/// a scale for each channel of a layer's keys and values, which whoever runs the graph chooses.
/// </summary>
internal sealed class CachedAttention(LlamaConfig config, GraphBuilder graph, Value sequenceLengths, Value totalLength, CacheForm form)
{
    private static readonly Attr[] EightBits =
        [Attr.String("k_quant_type", "PER_CHANNEL"), Attr.String("v_quant_type", "PER_CHANNEL"), Attr.Int("kv_cache_bit_width", 8)];

    public Value Build(int layer, Value qkv)
    {
        var cache = new CacheTensors(config, graph, layer, form);
        var (cosine, sine) = RotaryWeights.Of(graph, config, config.CacheHeadDim);
        var outputs = graph.Nodes(
            "GroupQueryAttention",
            3,
            [qkv, Value.None, Value.None, cache.PastKey, cache.PastValue, sequenceLengths, totalLength, cosine, sine, .. Scales(layer)],
            [
                .. form == CacheForm.EightBit ? EightBits : [],
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

    /// <summary>Behind the inputs for positions, a bias and sinks, which are absent.</summary>
    private Value[] Scales(int layer) => form != CacheForm.EightBit ? [] :
    [
        Value.None,
        Value.None,
        Value.None,
        graph.Input(DecoderTensors.KeyScale(layer), DataType.Float, 1, config.KvHeads, 1, config.CacheHeadDim),
        graph.Input(DecoderTensors.ValueScale(layer), DataType.Float, 1, config.KvHeads, 1, config.CacheHeadDim),
    ];
}
