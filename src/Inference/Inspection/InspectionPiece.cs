namespace VisionCluster.Inference.Inspection;

/// <summary>A part of what was asked for.</summary>
/// <param name="View">Which view it belongs to.</param>
public abstract record InspectionPiece(InspectionView View)
{
    /// <summary>For hidden states, attention and PCA.</summary>
    public int? Layer { get; init; }
}
