using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary><see cref="KernelOps.SlotAttention"/> in a layer.</summary>
internal sealed class SlotAttention(LlamaConfig config, GraphBuilder graph, Value runs, CacheForm form)
{
    public Value Build(int layer, Value qkv)
    {
        var cache = new CacheTensors(config, graph, layer, form);
        var (cosine, sine) = RotaryWeights.Of(graph, config, config.CacheHeadDim);
        var outputs = graph.Nodes(
            form == CacheForm.Half ? KernelOps.SlotAttentionHalf : KernelOps.SlotAttention,
            3,
            [qkv, cache.PastKey, cache.PastValue, runs, cosine, sine],
            [
                Attr.Int(KernelOps.Heads, config.Heads),
                Attr.Int(KernelOps.KvHeads, config.KvHeads),
                Attr.Float(KernelOps.Scale, 1 / MathF.Sqrt(config.HeadDim)),
                Attr.Int(KernelOps.Window, config.SlidingWindow ?? 0),
            ],
            KernelOps.Domain);
        cache.Present(outputs[1], outputs[2]);
        return outputs[0];
    }
}
