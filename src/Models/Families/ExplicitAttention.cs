using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// A decoder's attention over one whole prompt, written out of basic operators: for inspection graphs, where it also cross-checks the fused
/// operator of the serving graph, and for prompts whose tokens look at each other in both directions.
/// </summary>
/// <param name="config">The decoder.</param>
/// <param name="graph">The graph.</param>
/// <param name="tokens">Tokens of the prompt, int64 vector of one.</param>
/// <param name="head">Width of a head in this graph.</param>
internal sealed class ExplicitAttention(LlamaConfig config, GraphBuilder graph, Value tokens, int head)
{
    private readonly AttentionMask _mask = config.BidirectionalPrefix ? AttentionMask.None
        : new AttentionMask(Causal: true, Window: config.SlidingWindow);

    private Value? _bias;
    private (Value Cosine, Value Sine)? _rotary;

    /// <summary>For inspection: shows the layer's weights.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="qkv"><c>[1, tokens, (heads + 2·kv) · head]</c></param>
    /// <returns><c>[1, tokens, heads · head]</c></returns>
    public Value BuildShown(int layer, Value qkv)
    {
        var (mixed, weights, _, _) = Build(qkv);
        graph.Output(DecoderTensors.TextAttention(layer), weights, DataType.Float, 1, config.Heads, "queries", "keys");
        return mixed;
    }

    /// <summary>For a prompt's prefill: writes keys and values to the front of an empty slot, whose rest stays as it is.</summary>
    public Value BuildCached(int layer, Value qkv)
    {
        var cache = new CacheTensors(config, graph, layer, graph.IsHalf ? CacheForm.Half : CacheForm.Float);
        var (mixed, _, key, value) = Build(qkv);
        cache.Present(Front(key, cache.PastKey), Front(value, cache.PastValue));
        return mixed;
    }

    private (Value Mixed, Value Weights, Value Key, Value Value) Build(Value qkv)
    {
        var (heads, kv) = (config.Heads, config.KvHeads);
        var widths = graph.Ints((long)heads * head, (long)kv * head, (long)kv * head);
        var parts = graph.Nodes("Split", 3, [qkv, widths], [Attr.Int("axis", -1)]);
        var query = Rotate(ScaledDotProduct.SplitHeads(graph, parts[0], heads, head)); // [1, heads, tokens, head]
        var key = Rotate(ScaledDotProduct.SplitHeads(graph, parts[1], kv, head));
        var value = ScaledDotProduct.SplitHeads(graph, parts[2], kv, head);
        _bias ??= _mask.Bias(graph, tokens);
        var (mixed, weights) = ScaledDotProduct.Build(graph, query, key, value, (heads, kv, head), 1 / MathF.Sqrt(config.HeadDim), _bias);
        return (mixed, weights, key, value);
    }

    private Value Rotate(Value x)
    {
        var (cosine, sine) = _rotary ??= Rotary();
        return RotaryWeights.Rotate(graph, x, head, cosine, sine);
    }

    private (Value Cosine, Value Sine) Rotary()
    {
        var (cosine, sine) = RotaryWeights.Of(graph, config, head);
        return (FirstRows(cosine), FirstRows(sine));
    }

    private Value FirstRows(Value table) => graph.Node("Slice", [table, graph.Ints(0), tokens, graph.Ints(0)]);

    /// <summary>The prompt's rows, then the slot's from there on.</summary>
    private Value Front(Value rows, Value slot) =>
        graph.Concat(2, rows, graph.Node("Slice", [slot, tokens, graph.Ints(int.MaxValue), graph.Ints(2)]));
}
