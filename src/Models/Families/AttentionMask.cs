using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>Which keys a query may look at.</summary>
/// <param name="Keys">int32 <c>[batch, keys]</c>, 1 on real keys and 0 on padding; null where every key is real.</param>
/// <param name="Causal">Not at keys after the query.</param>
/// <param name="Window">Only at the last so many keys up to the query itself (Beltagy et al., 2020); null without that limit.</param>
internal sealed record AttentionMask(Value? Keys = null, bool Causal = false, int? Window = null)
{
    // Far below any score, and far from where the numbers end: two of them may be added.
    private const float Never = -1e30f;
    private const float NeverInHalves = -3e4f;

    public static AttentionMask None { get; } = new();

    /// <summary>What is added to scores <c>[batch, kv_heads, group, queries, keys]</c>; null when nothing is masked.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="tokens">Queries and keys of a square attention, int64 vector of one.</param>
    public Value? Bias(GraphBuilder graph, Value tokens)
    {
        Value? bias = null;
        var never = graph.Scalar(graph.IsHalf ? NeverInHalves : Never);
        if (Causal)
        {
            bias = Triangle(1, upper: true);
            bias = Window is { } window ? graph.Add(bias.Value, Triangle(-window, upper: false)) : bias;
        }

        if (Keys is { } keys)
        {
            var padding = graph.Mul(
                graph.Node("Sub", [graph.Scalar(1), graph.Node("Cast", [keys], [Attr.Int("to", (long)graph.FloatType)])]),
                never);
            padding = graph.Node("Unsqueeze", [padding, graph.Ints(1, 2, 3)]); // [batch, 1, 1, 1, keys]
            bias = bias is { } causal ? graph.Add(causal, padding) : padding;
        }

        return bias;

        Value Triangle(long diagonal, bool upper)
        {
            var square = graph.Node("Expand", [never, graph.Concat(0, tokens, tokens)]);
            return graph.Node("Trilu", [square, graph.Ints(diagonal)], [Attr.Int("upper", upper ? 1 : 0)]);
        }
    }
}
