namespace VisionCluster.Inference.Encoding;

/// <summary>Limits of an <see cref="EncoderBatcher"/>.</summary>
public sealed record EncoderBatcherOptions
{
    /// <summary>Most tiles in one run. Default 16.</summary>
    public int MaxBatchTiles { get; init; } = 16;

    /// <summary>
    /// How long a batch that is not full waits for company, when a run has just ended and more work is there: an idle encoder never waits.
    /// Default 1 ms.
    /// </summary>
    public TimeSpan BatchWindow { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Images that may wait; more are refused. Default 256.</summary>
    public int MaxWaitingImages { get; init; } = 256;

    /// <summary>Bytes of pixels and masks that may wait; more are refused, but a single image always has room. Default 512 MiB.</summary>
    public long MaxWaitingBytes { get; init; } = 512L << 20;

    /// <summary>Shortest and longest retry hint when the queue is full. Default 100 ms and 60 s.</summary>
    public TimeSpan MinRetryAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>See <see cref="MinRetryAfter"/>. Default 60 s.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The model's name in metrics. Default empty.</summary>
    public string Model { get; init; } = "";

    /// <summary>The device's name in metrics and of the thread, such as <c>cpu:0</c>. Default empty.</summary>
    public string Device { get; init; } = "";

    /// <summary>For tests: called on the batcher's thread before it waits for company.</summary>
    internal Action? BeforeWindow { get; init; }

    /// <summary>Everything that is wrong, one sentence each, naming the property and its value; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (MaxBatchTiles < 1)
            errors.Add($"{nameof(MaxBatchTiles)} must be at least 1, not {MaxBatchTiles}.");
        if (BatchWindow < TimeSpan.Zero || BatchWindow > TimeSpan.FromSeconds(1))
            errors.Add($"{nameof(BatchWindow)} must be from 0 to 1 s, not {BatchWindow}.");
        if (MaxWaitingImages < 1)
            errors.Add($"{nameof(MaxWaitingImages)} must be at least 1, not {MaxWaitingImages}.");
        if (MaxWaitingBytes < 1)
            errors.Add($"{nameof(MaxWaitingBytes)} must be at least 1, not {MaxWaitingBytes}.");
        if (MinRetryAfter < TimeSpan.Zero || MaxRetryAfter < MinRetryAfter)
            errors.Add($"{nameof(MinRetryAfter)} ({MinRetryAfter}) must be from 0 to {nameof(MaxRetryAfter)} ({MaxRetryAfter}).");
        return errors;
    }
}
