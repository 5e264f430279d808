namespace VisionCluster.Inference.Inspection;

/// <summary>What could follow at each position.</summary>
public sealed record NextTokensPiece(IReadOnlyList<NextTokens> Positions) : InspectionPiece(InspectionView.NextTokens);
