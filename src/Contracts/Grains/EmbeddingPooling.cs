namespace VisionCluster.Contracts.Grains;

/// <summary>How an input becomes one vector; see <c>tasks.proto</c>.</summary>
[GenerateSerializer, Alias("visioncluster.EmbeddingPooling")]
public enum EmbeddingPooling
{
    /// <summary>The family's own.</summary>
    Default,

    Cls,
    Mean,
    Pooled,
    Projection,
}
