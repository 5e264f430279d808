using VisionCluster.Models.Processing;

namespace VisionCluster.Inference.Inspection;

/// <summary>An image on its way through an inspection.</summary>
/// <param name="Index">Which image.</param>
/// <param name="Processed">As the tower takes it, patches shuffled where asked.</param>
/// <param name="Grid">Its patches.</param>
internal sealed record InspectedImage(int Index, ProcessedImage Processed, PatchGrid Grid)
{
    /// <summary>Image tokens for the decoder; null where there is none.</summary>
    public ImageEmbedding? Embedding { get; init; }
}
