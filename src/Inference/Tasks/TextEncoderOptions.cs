namespace VisionCluster.Inference.Tasks;

/// <summary>Limits of a text encoder.</summary>
public sealed record TextEncoderOptions
{
    /// <summary>Texts in one run. Default 32.</summary>
    public int MaxBatchTexts { get; init; } = 32;

    /// <summary>Tokens of one run, padding included; a longer text runs alone. Default 4,096.</summary>
    public int MaxBatchTokens { get; init; } = 4_096;

    /// <summary>Texts that may wait; more are refused. Default 4,096.</summary>
    public int MaxWaitingTexts { get; init; } = 4_096;

    /// <summary>The hint with a refusal. Default 1 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
