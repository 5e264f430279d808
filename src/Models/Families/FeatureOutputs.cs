using VisionCluster.Models.Compilation;
using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// Collects what a graph says about a whole input. A serving graph puts everything side by side into one vector, so that one run serves
/// every task; an inspection graph shows each by its name.
/// </summary>
internal sealed class FeatureOutputs(GraphBuilder graph, bool inspect)
{
    private readonly List<FeatureSpan> _spans = [];
    private readonly List<Value> _values = [];

    /// <param name="name">One of <see cref="FeatureNames"/>.</param>
    /// <param name="value"><c>[batch, size]</c></param>
    /// <param name="size">Values.</param>
    public void Add(string name, Value value, int size)
    {
        _spans.Add(new FeatureSpan(name, _spans.Sum(span => span.Size), size));
        _values.Add(graph.Exact(value));
    }

    /// <summary>Row <paramref name="index"/> of a sequence <c>[batch, tokens, hidden]</c>, as <c>[batch, hidden]</c>.</summary>
    public Value Row(Value sequence, int index) => graph.Node("Gather", [sequence, graph.IntScalar(index)], [Attr.Int("axis", 1)]);

    /// <summary>Mean over the rows of a sequence from <paramref name="first"/> on, as <c>[batch, hidden]</c>.</summary>
    public Value Mean(Value sequence, int first = 0)
    {
        var rows = first == 0 ? sequence : graph.Node("Slice", [sequence, graph.Ints(first), graph.Ints(int.MaxValue), graph.Ints(1)]);
        return graph.Node("ReduceMean", [rows, graph.Ints(1)], [Attr.Int("keepdims", 0)]);
    }

    /// <summary>Mean over the rows whose mask is 1.</summary>
    public Value Mean(Value sequence, Value mask)
    {
        var weights = graph.Node("Unsqueeze", [graph.Node("Cast", [mask], [Attr.Int("to", (long)DataType.Float)]), graph.Ints(2)]);
        var sum = graph.Node("ReduceSum", [graph.Mul(sequence, weights), graph.Ints(1)], [Attr.Int("keepdims", 0)]);
        return graph.Node("Div", [sum, graph.Node("ReduceSum", [weights, graph.Ints(1)], [Attr.Int("keepdims", 0)])]);
    }

    /// <summary>x / |x|.</summary>
    public Value Normalised(Value x) => graph.Node("LpNormalization", [graph.Exact(x)], [Attr.Int("axis", -1), Attr.Int("p", 2)]);

    /// <summary>Declares the outputs.</summary>
    public IReadOnlyList<FeatureSpan> Write()
    {
        if (inspect)
        {
            for (var i = 0; i < _spans.Count; i++)
            {
                graph.Output(_spans[i].Name, _values[i], DataType.Float, "batch", _spans[i].Size);
            }
        }
        else
        {
            graph.Output(EncoderTensors.Features, graph.Concat(-1, [.. _values]), DataType.Float, "batch", _spans.Sum(span => span.Size));
        }

        return _spans;
    }
}
