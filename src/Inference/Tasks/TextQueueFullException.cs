namespace VisionCluster.Inference.Tasks;

/// <summary>Too many texts wait for the text encoder.</summary>
public sealed class TextQueueFullException(TimeSpan retryAfter) : Exception("Too many texts are waiting for the text encoder; retry later.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
