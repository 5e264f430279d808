using VisionCluster.Models.Processing;

namespace VisionCluster.Inference.Encoding;

/// <summary>
/// Batches tiles that wait for one device: up to a number of tiles or a deadline, grouped by tile shape. Idle: an image is encoded at once.
/// </summary>
public sealed class EncoderBatcher : IAsyncDisposable
{
    /// <summary>Encodes an image.</summary>
    /// <returns>The embedding, <c>[tiles × tokens per tile, embedding]</c>.</returns>
    /// <exception cref="EncoderQueueFullException">Too many images wait: retry later.</exception>
    public Task<float[]> EncodeAsync(ProcessedImage image, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>Too many images wait for the encoder; <see cref="RetryAfter"/> estimates when there is room.</summary>
public sealed class EncoderQueueFullException(TimeSpan retryAfter)
    : Exception("Too many images are waiting for the vision encoder; retry later.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
