namespace VisionCluster.Inference.Inspection;

/// <summary>A picture.</summary>
/// <param name="View">Which view.</param>
/// <param name="Image">Of which image.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Png">The file.</param>
public sealed record PicturePiece(InspectionView View, int Image, int Width, int Height, byte[] Png) : InspectionPiece(View)
{
    /// <summary>For PCA: each component's share of the variance.</summary>
    public float[] Explained { get; init; } = [];
}
