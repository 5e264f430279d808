using VisionCluster.Models.Exports;
using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// A decoder's attention for exports, written out of basic operators: past keys and values come in, new ones are appended, all go out.
/// Rows of a batch may be padded on the left, as the mask says.
/// </summary>
/// <param name="config">The decoder.</param>
/// <param name="graph">The graph.</param>
/// <param name="mask">int64 <c>[batch, past + tokens]</c>, 0 on padding.</param>
/// <param name="positions">int64 <c>[batch, tokens]</c>.</param>
/// <param name="tokens">New tokens, int64 vector of one.</param>
internal sealed class ConcatAttention(LlamaConfig config, GraphBuilder graph, Value mask, Value positions, Value tokens)
{
    // As AttentionMask: far below any score.
    private const float Never = -1e30f;

    private Value? _bias;
    private (Value Cosine, Value Sine)? _rotary;

    /// <param name="layer">The layer.</param>
    /// <param name="qkv"><c>[batch, tokens, (heads + 2·kv) · head]</c></param>
    /// <returns><c>[batch, tokens, heads · head]</c></returns>
    public Value Build(int layer, Value qkv)
    {
        var (heads, kv, head) = (config.Heads, config.KvHeads, config.HeadDim);
        var parts = graph.Nodes("Split", 3, [qkv, graph.Ints((long)heads * head, (long)kv * head, (long)kv * head)], [Attr.Int("axis", -1)]);
        var query = Rotate(ScaledDotProduct.SplitHeads(graph, parts[0], heads, head));
        var key = Append(2 * layer, Rotate(ScaledDotProduct.SplitHeads(graph, parts[1], kv, head)));
        var value = Append((2 * layer) + 1, ScaledDotProduct.SplitHeads(graph, parts[2], kv, head));
        var (mixed, _) = ScaledDotProduct.Build(graph, query, key, value, (heads, kv, head), 1 / MathF.Sqrt(head), _bias ??= Bias());
        return mixed;
    }

    private Value Append(int plane, Value rows)
    {
        var past = graph.Input(ExportTensors.Past(plane), DataType.Float, "batch", config.KvHeads, "past", config.HeadDim);
        var present = graph.Concat(2, past, rows);
        graph.Output(ExportTensors.Present(plane), present, DataType.Float, "batch", config.KvHeads, "total", config.HeadDim);
        return present;
    }

    /// <summary><c>[batch, 1, 1, tokens, past + tokens]</c></summary>
    private Value Bias()
    {
        var total = graph.ShapeOf(mask, 1);
        var queries = graph.Node("Unsqueeze", [Range(graph.Node("Sub", [total, tokens]), total), graph.Ints(1)]); // [tokens, 1]
        var keys = Range(graph.Ints(0), total); // [past + tokens]
        var seen = graph.Node("LessOrEqual", [keys, queries]);
        if (config.SlidingWindow is { } window)
        {
            seen = graph.Node("And", [seen, graph.Node("Greater", [keys, graph.Node("Sub", [queries, graph.Ints(window)])])]);
        }

        var causal = graph.Node("Where", [seen, graph.Scalar(0), graph.Scalar(Never)]);
        return graph.Add(causal, new AttentionMask(Keys: mask).Bias(graph, tokens)!.Value);
    }

    private Value Range(Value from, Value to) => graph.Node("Range", [Scalar(from), Scalar(to), graph.IntScalar(1)]);

    private Value Scalar(Value vector) => graph.Node("Squeeze", [vector, graph.Ints(0)]);

    private Value Rotate(Value x)
    {
        var (cosine, sine) = _rotary ??= Rotary();
        return RotaryWeights.Rotate(graph, x, config.HeadDim, cosine, sine);
    }

    private (Value Cosine, Value Sine) Rotary()
    {
        var (cosine, sine) = RotaryWeights.Of(graph, config, config.HeadDim);
        return (Rows(cosine), Rows(sine));
    }

    /// <summary><c>[batch, 1, tokens, head / 2]</c></summary>
    private Value Rows(Value table) => graph.Node("Unsqueeze", [graph.Node("Gather", [table, positions]), graph.Ints(1)]);
}
