namespace VisionCluster.Inference.Decoding;

/// <summary>When a generation ends.</summary>
public sealed record StopOptions
{
    /// <summary>Most tokens to generate, at least 1.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Stop tokens are masked, and stop strings ignored, until so many tokens are out. Default 0.</summary>
    public int MinTokens { get; init; }

    /// <summary>Ids that end the answer (the model's end-of-sequence tokens among them, unless ignored). Their text is not emitted.</summary>
    public IReadOnlySet<int> StopTokenIds { get; init; } = new HashSet<int>();

    /// <summary>The answer ends before any of these texts; at most 16.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];
}
