namespace VisionCluster.Inference.Encoding;

/// <summary>Too many images wait for the encoder; <see cref="RetryAfter"/> estimates when there is room.</summary>
public sealed class EncoderQueueFullException(TimeSpan retryAfter)
    : Exception("Too many images are waiting for the vision encoder; retry later.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
