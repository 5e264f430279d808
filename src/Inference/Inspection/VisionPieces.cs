using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Inspection;

/// <summary>What a request shows of an image, from what the tower computed.</summary>
internal static class VisionPieces
{
    public static IEnumerable<InspectionPiece> Of(
        InspectedImage image, InspectionRequest request, IReadOnlyList<int> layers, TileCollector tensors, int hidden)
    {
        if (request.Wants(InspectionView.PatchGrid))
        {
            yield return new GridPiece(image.Index, image.Grid);
            yield return PatchPictures.Pixels(image);
        }

        if (request.LooksAtVision && request.Wants(InspectionView.Embeddings))
        {
            yield return Tensor(InspectionView.Embeddings, EncoderTensors.VisionEmbeddings);
        }

        foreach (var layer in layers)
        {
            if (request.LooksAtVision && request.Wants(InspectionView.Hidden))
            {
                yield return Tensor(InspectionView.Hidden, EncoderTensors.VisionHidden(layer)) with { Layer = layer };
            }

            if (request.LooksAtVision && request.Wants(InspectionView.Attention))
            {
                yield return Tensor(InspectionView.Attention, EncoderTensors.VisionAttention(layer)) with { Layer = layer };
            }

            if (request.Wants(InspectionView.Pca))
            {
                var (shape, values) = tensors.Take(EncoderTensors.VisionHidden(layer));
                var patches = WithoutClass(InspectionView.Pca, image, shape, values).Values;
                yield return PatchPictures.Components(image, PrincipalComponents.Of(patches, hidden, ComponentPicture.Components)) with { Layer = layer };
            }
        }

        TensorPiece Tensor(InspectionView view, string name)
        {
            var (shape, values) = tensors.Take(name);
            return new TensorPiece(view, image.Index, shape, values);
        }
    }

    /// <summary>Patches alone, <c>[tiles, patches, hidden]</c>.</summary>
    public static TensorPiece WithoutClass(InspectionView view, InspectedImage image, int[] shape, float[] values)
    {
        if (!image.Grid.ClassToken)
        {
            return new TensorPiece(view, image.Index, shape, values);
        }

        var (tiles, rows, hidden) = (shape[0], shape[1], shape[2]);
        var kept = new float[tiles * (rows - 1) * hidden];
        for (var tile = 0; tile < tiles; tile++)
        {
            var length = (rows - 1) * hidden;
            values.AsSpan((((tile * rows) + 1) * hidden), length).CopyTo(kept.AsSpan(tile * length));
        }

        return new TensorPiece(view, image.Index, [tiles, rows - 1, hidden], kept);
    }
}
