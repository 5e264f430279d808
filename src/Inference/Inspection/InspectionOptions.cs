namespace VisionCluster.Inference.Inspection;

/// <summary>Bounds of looking inside.</summary>
public sealed record InspectionOptions
{
    /// <summary>Images of one request. Default 4.</summary>
    public int MaxImages { get; init; } = 4;

    /// <summary>Tokens of a prompt, its answer included. Default 2,048.</summary>
    public int MaxTokens { get; init; } = 2_048;

    /// <summary>Layers of one request. Default 64.</summary>
    public int MaxLayers { get; init; } = 64;

    /// <summary>Bytes of one answer. Default 64 MiB.</summary>
    public long MaxAnswerBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of the largest tensor that a graph makes on the way: one layer's attention, all logits. Default 512 MiB.</summary>
    public long MaxTensorBytes { get; init; } = 512L << 20;

    /// <summary>Requests that may wait while one runs; more are refused. Default 8.</summary>
    public int MaxWaiting { get; init; } = 8;

    /// <summary>The hint with a refusal. Default 1 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
