using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// Idefics3's and SmolVLM's vision side (Laurençon et al., 2024; Marafioti et al., 2025): a SigLIP-style tower, pixel shuffle, and one
/// projection into the language model's embedding space.
/// </summary>
internal sealed class Idefics3Encoder(VisionConfig vision, int shuffle, int textHidden, GraphBuilder graph, WeightScope model)
{
    public void Build(bool inspect)
    {
        var pixels = new PatchEmbedding(vision, graph).AnyPixels();
        Build(pixels, graph.Input(EncoderTensors.PositionIds, DataType.Int64, "tiles", "patches"), inspect);
    }

    /// <summary>The hub's usual form: images of a batch with their tiles, positions made in the graph. Tiles are never padded.</summary>
    public void BuildExport()
    {
        var nested = graph.Input(EncoderTensors.PixelValues, DataType.Float, "batch", "num_images", VisionConfig.Channels, "height", "width");
        var side = graph.Node("Shape", [nested], [Attr.Int("start", 2)]);
        var pixels = graph.Reshape(nested, graph.Concat(0, graph.Ints(-1), side));
        Build(pixels, new GridPositions(vision, graph).Build(pixels), inspect: false);
    }

    private void Build(Value pixels, Value positions, bool inspect)
    {
        var tower = new SiglipTower(vision, graph, model.Sub("vision_model"), inspect);
        var (_, patches, rows, columns) = tower.Build(pixels, positions, AttentionMask.None);
        var shuffled = PixelShuffle(patches, rows, columns);
        var width = vision.HiddenSize * shuffle * shuffle;
        if (inspect)
        {
            graph.Output(EncoderTensors.PixelShuffled, shuffled, DataType.Float, "tiles", "image_tokens", width);
        }

        var features = model.Sub("connector").Linear(shuffled, "modality_projection.proj", width, textHidden, bias: false);
        graph.Output(EncoderTensors.ImageFeatures, features, DataType.Float, "tiles", "image_tokens", textHidden);
    }

    /// <summary>Cell (r, c) of the coarse grid concatenates its s × s patches, row by row.</summary>
    private Value PixelShuffle(Value patches, Value rows, Value columns)
    {
        var factor = graph.Ints(shuffle);
        var shape = graph.Concat(
            0,
            graph.Ints(-1),
            graph.Node("Div", [rows, factor]),
            factor,
            graph.Node("Div", [columns, factor]),
            graph.Ints(shuffle, vision.HiddenSize));
        var blocks = graph.Transpose(graph.Reshape(patches, shape), 0, 1, 3, 2, 4, 5);
        return graph.Reshape(
            blocks,
            graph.Concat(0, graph.ShapeOf(patches, 0), graph.Ints(-1, (long)vision.HiddenSize * shuffle * shuffle)));
    }
}
