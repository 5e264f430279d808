namespace VisionCluster.Cli.Bench.Scale;

/// <summary>One answer, as its client saw it.</summary>
internal sealed record ScaleAnswer
{
    /// <summary>Where it began.</summary>
    public string Silo { get; init; } = "";

    public IReadOnlyList<int> TokenIds { get; init; } = [];

    public string Text { get; init; } = "";

    public TimeSpan FirstToken { get; init; }

    public int PromptTokens { get; init; }

    /// <summary>Whose KV was not there.</summary>
    public int NewPromptTokens { get; init; }

    public int ImagesEncoded { get; init; }
}
