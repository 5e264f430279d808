using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Inspection;

/// <summary>
/// Looks into the vision tower, tile by tile: a tile's attention is what takes memory. The linear projection of a patch is what its
/// embedding has more than a black one's (in normalised pixels, all zero), because projecting is linear and positions are added.
/// </summary>
internal sealed class VisionInspection(CompiledModel model, ModelInspector inspector)
{
    private readonly GraphKind _kind =
        model.Manifest.Encoder is null ? GraphKind.VisionEncoderInspection : GraphKind.EncoderInspection;

    private int Heads => model.Manifest.Encoder?.Heads ?? model.Manifest.Vision!.Heads;

    private int HiddenSize => model.Manifest.Encoder?.HiddenSize ?? model.Manifest.Vision!.HiddenSize;

    /// <summary>Runs the tower over one image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="request">What to show.</param>
    /// <param name="budget">Is charged before anything runs.</param>
    /// <param name="features">Whether the image's tokens are needed.</param>
    /// <param name="pieces">Receives what was asked for.</param>
    /// <returns>The image with its tokens, if needed.</returns>
    public InspectedImage Run(InspectedImage image, InspectionRequest request, InspectionBudget budget, bool features, List<InspectionPiece> pieces)
    {
        var outputs = inspector.OutputNames(_kind);
        var layers = LayerChoice.Of(request.Layers, outputs, EncoderTensors.VisionHidden);
        var collector = Plan(image, request, layers, budget);
        if (features)
        {
            collector.Want(EncoderTensors.ImageFeatures, null);
        }

        for (var tile = 0; tile < image.Grid.Tiles && collector.IsWanted; tile++)
        {
            collector.Add(RunTile(image, tile, black: false, collector.Names));
        }

        Black(image, request, collector, outputs, pieces);
        pieces.AddRange(VisionPieces.Of(image, request, layers, collector, HiddenSize));
        return features ? image with { Embedding = Embed(image, collector) } : image;
    }

    private static ImageEmbedding Embed(InspectedImage image, TileCollector collector)
    {
        var (shape, values) = collector.Take(EncoderTensors.ImageFeatures);
        return new ImageEmbedding(
            image.Processed.Rows, image.Processed.Columns, shape[0] * shape[1], MemoryMarshal.AsBytes<float>(values).ToArray());
    }

    private TileCollector Plan(InspectedImage image, InspectionRequest request, IReadOnlyList<int> layers, InspectionBudget budget)
    {
        var (grid, collector) = (image.Grid, new TileCollector());
        budget.CheckTensor("One layer's attention over the picture", Heads, grid.Sequence, grid.Sequence);
        if (request.LooksAtVision && request.Wants(InspectionView.Embeddings))
        {
            Want(EncoderTensors.VisionEmbeddings, true);
        }

        foreach (var layer in layers)
        {
            var shown = request.LooksAtVision && request.Wants(InspectionView.Hidden);
            if (shown || request.Wants(InspectionView.Pca))
            {
                Want(EncoderTensors.VisionHidden(layer), shown);
            }

            if (request.LooksAtVision && request.Wants(InspectionView.Attention))
            {
                budget.Charge(grid.Tiles, request.AverageHeads ? 1 : Heads, AttentionRows.Count(request, grid.Sequence), grid.Sequence);
                collector.Want(EncoderTensors.VisionAttention(layer), weights => AttentionRows.Take(weights, request));
            }
        }

        return collector;

        void Want(string name, bool shown)
        {
            if (shown)
            {
                budget.Charge(grid.Tiles, grid.Sequence, HiddenSize);
            }

            collector.Want(name, null);
        }
    }

    /// <summary>The views that need the tower's answer to a picture without content.</summary>
    private void Black(
        InspectedImage image, InspectionRequest request, TileCollector collector, IReadOnlyList<string> outputs, List<InspectionPiece> pieces)
    {
        var (projection, positions) = (request.Wants(InspectionView.PatchProjection), request.Wants(InspectionView.Positions));
        if (!projection && !positions)
        {
            return;
        }

        // CLIP has a norm before layer 0; what comes before that is a sum.
        var name = outputs.Contains(EncoderTensors.VisionPatchEmbeddings) ? EncoderTensors.VisionPatchEmbeddings : EncoderTensors.VisionEmbeddings;
        var (seen, black) = (new TileCollector(), new TileCollector());
        seen.Want(name, null);
        black.Want(name, null);
        for (var tile = 0; tile < image.Grid.Tiles; tile++)
        {
            seen.Add(RunTile(image, tile, black: false, seen.Names));
            black.Add(RunTile(image, tile, black: true, black.Names));
        }

        var (shape, values) = black.Take(name);
        if (positions)
        {
            pieces.Add(new TensorPiece(InspectionView.Positions, image.Index, shape, values));
        }

        if (projection)
        {
            var difference = new float[values.Length];
            TensorPrimitives.Subtract(seen.Take(name).Values, values, difference);
            pieces.Add(VisionPieces.WithoutClass(InspectionView.PatchProjection, image, shape, difference));
        }
    }

    private IReadOnlyList<NamedTensor> RunTile(InspectedImage image, int tile, bool black, IReadOnlySet<string> names)
    {
        var (processed, area) = (image.Processed, image.Processed.Height * image.Processed.Width);
        var pixels = black ? new float[3 * area] : processed.PixelValues.AsSpan(3 * tile * area, 3 * area).ToArray();
        var mask = processed.PixelMask?.AsSpan(tile * area, area).ToArray();
        return model.Manifest.Encoder is null
            ? inspector.EncodeImages(pixels, names.Contains)
            : inspector.Encode(pixels, 1, processed.Height, processed.Width, mask, names.Contains);
    }
}
