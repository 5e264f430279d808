using VisionCluster.Models.Onnx;
using VisionCluster.Models.Processing;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>Each patch's row in the position table, made in the graph from the pixels' shape: <see cref="PatchPositions"/> for unpadded tiles.</summary>
internal sealed class GridPositions(VisionConfig vision, GraphBuilder graph)
{
    private const float JustBelowOne = 1 - 1e-6f;

    // Beyond any place: it keeps the vector from being empty where the table has one row.
    private const float Beyond = 2;

    /// <param name="pixels"><c>[tiles, 3, height, width]</c></param>
    /// <returns>int64 <c>[1, patches]</c></returns>
    public Value Build(Value pixels)
    {
        var rows = Axis(graph.ShapeOf(pixels, 2), vision.PatchHeight);
        var columns = Axis(graph.ShapeOf(pixels, 3), vision.PatchWidth);
        var first = graph.Node("Unsqueeze", [graph.Mul(rows, graph.Ints(vision.Rows)), graph.Ints(1)]);
        return graph.Reshape(graph.Add(first, columns), 1, -1);
    }

    /// <summary>The bucket of every patch along one side: how many boundaries k / side it has passed.</summary>
    private Value Axis(Value pixels, int patch)
    {
        var count = graph.Node("Div", [pixels, graph.Ints(patch)]);
        var scalar = graph.Node("Squeeze", [count, graph.Ints(0)]);
        var places = ToFloat(graph.Node("Range", [graph.IntScalar(0), scalar, graph.IntScalar(1)]));
        places = graph.Mul(places, graph.Node("Div", [graph.ExactScalar(1), ToFloat(count)]));
        places = graph.Node("Min", [places, graph.ExactScalar(JustBelowOne)]);
        var side = vision.Rows;
        var boundaries = graph.ExactWeight(
            "position.boundaries", [side], () => [.. Enumerable.Range(1, side).Select(k => k == side ? Beyond : (float)((double)k / side))]);
        var passed = graph.Node("GreaterOrEqual", [graph.Node("Unsqueeze", [places, graph.Ints(1)]), boundaries]); // [patches, side]
        return graph.Node("ReduceSum", [graph.Node("Cast", [passed], [Attr.Int("to", (long)DataType.Int64)]), graph.Ints(1)], [Attr.Int("keepdims", 0)]);
    }

    private Value ToFloat(Value x) => graph.Node("Cast", [x], [Attr.Int("to", (long)DataType.Float)]);
}
