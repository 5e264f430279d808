using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// Cuts an image into patches and projects each: one convolution whose stride is the patch (Dosovitskiy et al., 2020, equation 1).
/// </summary>
internal sealed class PatchEmbedding(VisionConfig config, GraphBuilder graph)
{
    /// <summary>Pixels of any size.</summary>
    public Value AnyPixels() => graph.Input(EncoderTensors.PixelValues, DataType.Float, "tiles", VisionConfig.Channels, "height", "width");

    /// <summary>Pixels of the size that the position table is for.</summary>
    public Value FixedPixels() =>
        graph.Input(EncoderTensors.PixelValues, DataType.Float, "tiles", VisionConfig.Channels, config.Height, config.Width);

    /// <returns><c>[tiles, patches, hidden]</c>, and the grid's rows and columns as int64 vectors of one.</returns>
    public (Value Patches, Value Rows, Value Columns) Build(Value pixels, WeightScope scope, string name, bool bias)
    {
        var (height, width) = (config.PatchHeight, config.PatchWidth);
        var grid = graph.Node(
            "Conv",
            [
                pixels,
                scope.Tensor($"{name}.weight", config.HiddenSize, VisionConfig.Channels, height, width),
                bias ? scope.Tensor($"{name}.bias", config.HiddenSize) : Value.None,
            ],
            [Attr.Ints("kernel_shape", height, width), Attr.Ints("strides", height, width)]);
        var patches = graph.Transpose(graph.Reshape(grid, 0, config.HiddenSize, -1), 0, 2, 1);
        return (patches, graph.ShapeOf(grid, 2), graph.ShapeOf(grid, 3));
    }

    /// <summary>Puts the class token before the patches and adds positions <c>[patches + 1, hidden]</c>.</summary>
    public Value WithClass(Value patches, Value classToken, Value positions)
    {
        var shape = graph.Concat(0, graph.ShapeOf(patches, 0), graph.Ints(1, config.HiddenSize));
        return graph.Add(graph.Concat(1, graph.Node("Expand", [classToken, shape]), patches), positions);
    }
}
