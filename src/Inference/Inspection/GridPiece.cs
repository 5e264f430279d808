namespace VisionCluster.Inference.Inspection;

/// <summary>How an image is cut up.</summary>
/// <param name="Image">Which image.</param>
/// <param name="Grid">Its tiles and patches.</param>
public sealed record GridPiece(int Image, PatchGrid Grid) : InspectionPiece(InspectionView.PatchGrid);
