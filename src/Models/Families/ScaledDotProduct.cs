using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>
/// Attention (Vaswani et al., 2017) with grouped queries (Ainslie et al., 2023), written out of basic operators: for inspection graphs,
/// which show the weights, and wherever no fused operator fits.
/// </summary>
internal static class ScaledDotProduct
{
    /// <summary><c>[batch, tokens, heads · head]</c> → <c>[batch, heads, tokens, head]</c>.</summary>
    public static Value SplitHeads(GraphBuilder graph, Value x, int heads, int head) =>
        graph.Transpose(graph.Reshape(x, 0, -1, heads, head), 0, 2, 1, 3);

    /// <param name="graph">The graph.</param>
    /// <param name="query"><c>[batch, heads, queries, head]</c></param>
    /// <param name="key"><c>[batch, kv, keys, head]</c></param>
    /// <param name="value"><c>[batch, kv, keys, head]</c></param>
    /// <param name="sizes">Heads, and width of a head in these tensors.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="bias">Added to the scores, broadcast to <c>[batch, kv, group, queries, keys]</c>.</param>
    /// <returns><c>[batch, queries, heads · head]</c>, and the weights <c>[batch, heads, queries, keys]</c>.</returns>
    public static (Value Mixed, Value Weights) Build(
        GraphBuilder graph, Value query, Value key, Value value, (int Heads, int KvHeads, int Head) sizes, float scale, Value? bias)
    {
        var (heads, kv, head) = sizes;
        var scores = graph.MatMul(
            graph.Reshape(query, 0, kv, heads / kv, -1, head),
            graph.Transpose(graph.Reshape(key, 0, kv, 1, -1, head), 0, 1, 2, 4, 3)); // [batch, kv, group, queries, keys]
        scores = graph.Mul(scores, graph.Scalar(scale));
        var weights = graph.Softmax(bias is { } added ? graph.Add(scores, added) : scores);
        var mixed = graph.MatMul(weights, graph.Reshape(value, 0, kv, 1, -1, head));
        var flat = graph.Transpose(graph.Reshape(mixed, 0, heads, -1, head), 0, 2, 1, 3);
        var square = graph.Concat(0, graph.Ints(0, heads), graph.ShapeOf(query, 2), graph.ShapeOf(key, 2));
        return (graph.Reshape(flat, 0, -1, (long)heads * head), graph.Reshape(weights, square));
    }
}
