using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// Grouped-query attention (Ainslie et al., 2023) over a key-value buffer whose past and present are the same memory:
/// <c>[batch, kv_heads, capacity, head_dim]</c> for each of key and value in every layer. Rotary embedding happens inside.
/// </summary>
internal sealed class CachedAttention(LlamaConfig config, GraphBuilder graph, Value sequenceLengths, Value totalLength)
{
    public Value Build(int layer, Value qkv)
    {
        Dim[] cache = ["batch", config.KvHeads, "capacity", config.CacheHeadDim];
        var pastKey = graph.Input(DecoderTensors.PastKey(layer), DataType.Float, cache);
        var pastValue = graph.Input(DecoderTensors.PastValue(layer), DataType.Float, cache);
        var (cosine, sine) = RotaryWeights.Of(graph, config, config.CacheHeadDim);
        var outputs = graph.Nodes(
            "GroupQueryAttention",
            3,
            [qkv, Value.None, Value.None, pastKey, pastValue, sequenceLengths, totalLength, cosine, sine],
            [
                Attr.Int("num_heads", config.Heads),
                Attr.Int("kv_num_heads", config.KvHeads),
                Attr.Float("scale", 1 / MathF.Sqrt(config.HeadDim)),
                Attr.Int("do_rotary", 1),
                Attr.Int("rotary_interleaved", 0),
            ],
            GraphBuilder.ContribDomain);
        graph.Output(DecoderTensors.PresentKey(layer), outputs[1], DataType.Float, cache);
        graph.Output(DecoderTensors.PresentValue(layer), outputs[2], DataType.Float, cache);
        return outputs[0];
    }
}
