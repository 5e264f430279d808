namespace VisionCluster.Inference.Inspection;

/// <summary>The prompt's tokens.</summary>
public sealed record TokensPiece(IReadOnlyList<PromptPosition> Positions) : InspectionPiece(InspectionView.Tokens);
