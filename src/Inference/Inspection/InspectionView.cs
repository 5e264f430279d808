namespace VisionCluster.Inference.Inspection;

/// <summary>Ways to look into a model; <c>inspection.proto</c> describes each.</summary>
public enum InspectionView
{
    PatchGrid = 1,
    PatchProjection,
    Positions,
    Embeddings,
    Hidden,
    Attention,
    Pca,
    Tokens,
    NextTokens,
}
