using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>The rotary tables as shared weights, <c>[positions, width / 2]</c> each.</summary>
internal static class RotaryWeights
{
    /// <param name="graph">The graph that uses them.</param>
    /// <param name="config">The decoder.</param>
    /// <param name="width">Width of a head in this graph: columns beyond the model's own rotate nothing.</param>
    public static (Value Cosine, Value Sine) Of(GraphBuilder graph, LlamaConfig config, int width)
    {
        var tables = new Lazy<(float[] Cosine, float[] Sine)>(() => RotaryTable.Build(config.Rope, config.HeadDim, config.MaxPositions));
        long[] shape = [config.MaxPositions, width / 2];
        return (Table("cosine", () => tables.Value.Cosine), Table("sine", () => tables.Value.Sine));

        Value Table(string name, Func<float[]> values) => graph.Weight(
            $"rotary.{name}.{width}",
            shape,
            () => Layout.PadHeads(values(), config.MaxPositions, config.HeadDim / 2, width / 2, 1, halves: false));
    }

    /// <summary>Rotates element j of a head with element j + width / 2.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x"><c>[batch, heads, tokens, width]</c></param>
    /// <param name="width">Width of a head.</param>
    /// <param name="cosine"><c>[tokens, width / 2]</c>, or such for every row of the batch.</param>
    /// <param name="sine">As <paramref name="cosine"/>.</param>
    public static Value Rotate(GraphBuilder graph, Value x, int width, Value cosine, Value sine)
    {
        var halves = graph.Nodes("Split", 2, [x, graph.Ints(width / 2, width / 2)], [Attr.Int("axis", -1)]);
        return graph.Concat(
            -1,
            graph.Node("Sub", [graph.Mul(halves[0], cosine), graph.Mul(halves[1], sine)]),
            graph.Add(graph.Mul(halves[1], cosine), graph.Mul(halves[0], sine)));
    }
}
