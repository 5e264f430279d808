namespace VisionCluster.Inference.Tasks;

/// <summary>How an input becomes one vector.</summary>
public enum VectorPooling
{
    /// <summary>The family's own: the projection, else the pooler's output, else the mean (texts) or the class token (images).</summary>
    Default,

    Cls,
    Mean,
    Pooled,
    Projection,
}
