namespace VisionCluster.Inference.Inspection;

/// <summary>Values.</summary>
/// <param name="View">Which view.</param>
/// <param name="Image">Of which image; null for text.</param>
/// <param name="Shape">Sequences first.</param>
/// <param name="Values">Row by row.</param>
public sealed record TensorPiece(InspectionView View, int? Image, int[] Shape, float[] Values) : InspectionPiece(View);
