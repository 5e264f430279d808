namespace VisionCluster.Inference.Decoding;

/// <summary>Limits of a <see cref="DecodeEngine"/>.</summary>
public sealed record DecodeEngineOptions
{
    /// <summary>Generations that may wait for a slot; more are refused. Default 256.</summary>
    public int MaxWaiting { get; init; } = 256;

    /// <summary>Most prompt tokens run between two decode steps: what a running answer may have to wait for. Default 256.</summary>
    public int PrefillChunkTokens { get; init; } = 256;

    /// <summary>
    /// Fewest tokens for which KV is copied from another sequence of the same <see cref="GenerationRequest.CacheScope"/>. Default 16.
    /// </summary>
    public int MinSharedTokens { get; init; } = 16;

    /// <summary>Shortest and longest retry hint when the queue is full. Default 100 ms and 60 s.</summary>
    public TimeSpan MinRetryAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>See <see cref="MinRetryAfter"/>. Default 60 s.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The model's name in metrics. Default empty.</summary>
    public string Model { get; init; } = "";

    /// <summary>The device's name in metrics and of the thread, such as <c>cpu:0</c>. Default empty.</summary>
    public string Device { get; init; } = "";

    /// <summary>For tests: called on the engine's thread before a step runs, and after it.</summary>
    internal Action<DecodeStep>? BeforeStep { get; init; }

    internal Action<DecodeStep>? AfterStep { get; init; }

    /// <summary>Everything that is wrong, one sentence each, naming the property and its value; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (MaxWaiting < 1)
            errors.Add($"{nameof(MaxWaiting)} must be at least 1, not {MaxWaiting}.");
        if (PrefillChunkTokens < 1)
            errors.Add($"{nameof(PrefillChunkTokens)} must be at least 1, not {PrefillChunkTokens}.");
        if (MinSharedTokens < 1)
            errors.Add($"{nameof(MinSharedTokens)} must be at least 1, not {MinSharedTokens}.");
        if (MinRetryAfter < TimeSpan.Zero || MaxRetryAfter < MinRetryAfter)
            errors.Add($"{nameof(MinRetryAfter)} ({MinRetryAfter}) must be from 0 to {nameof(MaxRetryAfter)} ({MaxRetryAfter}).");
        return errors;
    }
}
