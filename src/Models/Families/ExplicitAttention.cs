using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>
/// Causal grouped-query attention written out of basic operators, for inspection graphs: one prompt, no cache. It also cross-checks the
/// fused operator of the serving graph.
/// </summary>
internal sealed class ExplicitAttention(LlamaConfig config, GraphBuilder graph, Value tokens)
{
    private Value? _mask;
    private (Value Cosine, Value Sine)? _rotary;

    /// <param name="qkv"><c>[1, tokens, (heads + 2·kv) · head]</c></param>
    /// <returns><c>[1, tokens, heads · head]</c></returns>
    public Value Build(Value qkv)
    {
        var (kv, group, head) = (config.KvHeads, config.Heads / config.KvHeads, config.HeadDim);
        var parts = graph.Nodes("Split", 3, [qkv, graph.Ints((long)config.Heads * head, (long)kv * head, (long)kv * head)], [Attr.Int("axis", -1)]);
        var query = Rotate(Heads(parts[0], config.Heads)); // [1, heads, tokens, head]
        var key = Rotate(Heads(parts[1], kv));
        var value = graph.Reshape(Heads(parts[2], kv), 1, kv, 1, -1, head);
        var scores = graph.MatMul(
            graph.Reshape(query, 1, kv, group, -1, head),
            graph.Transpose(graph.Reshape(key, 1, kv, 1, -1, head), 0, 1, 2, 4, 3)); // [1, kv, group, tokens, tokens]
        var weights = graph.Softmax(graph.Add(graph.Mul(scores, graph.Scalar(1 / MathF.Sqrt(head))), Mask()));
        var mixed = graph.Reshape(graph.MatMul(weights, value), 1, config.Heads, -1, head);
        return graph.Reshape(graph.Transpose(mixed, 0, 2, 1, 3), 1, -1, (long)config.Heads * head);
    }

    private Value Heads(Value x, int heads) => graph.Transpose(graph.Reshape(x, 1, -1, heads, config.HeadDim), 0, 2, 1, 3);

    private Value Rotate(Value x)
    {
        var (cosine, sine) = _rotary ??= Rotary();
        var half = config.HeadDim / 2;
        var halves = graph.Nodes("Split", 2, [x, graph.Ints(half, half)], [Attr.Int("axis", -1)]);
        return graph.Concat(
            -1,
            graph.Node("Sub", [graph.Mul(halves[0], cosine), graph.Mul(halves[1], sine)]),
            graph.Add(graph.Mul(halves[1], cosine), graph.Mul(halves[0], sine)));
    }

    private (Value Cosine, Value Sine) Rotary()
    {
        var (cosine, sine) = RotaryWeights.Of(graph, config, config.HeadDim);
        return (FirstRows(cosine), FirstRows(sine));
    }

    private Value FirstRows(Value table) => graph.Node("Slice", [table, graph.Ints(0), tokens, graph.Ints(0)]);

    /// <summary><c>[tokens, tokens]</c>: 0 where a query may look, far below any score where not.</summary>
    private Value Mask()
    {
        if (_mask is null)
        {
            var square = graph.Node("Expand", [graph.Scalar(-1e30f), graph.Concat(0, tokens, tokens)]);
            _mask = graph.Node("Trilu", [square, graph.Ints(1)], [Attr.Int("upper", 1)]);
        }

        return _mask.Value;
    }
}
