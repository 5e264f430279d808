namespace VisionCluster.Contracts.Grains;

/// <summary>How a generation ended.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.GenerationFinished")]
public sealed record GenerationFinished
{
    [Id(0)]
    public required GenerationEnd End { get; init; }

    /// <summary>Text held back until the end.</summary>
    [Id(1)]
    public string Text { get; init; } = "";

    /// <summary>The stop string that ended the answer, if one did.</summary>
    [Id(2)]
    public string? StopString { get; init; }

    [Id(3)]
    public int GeneratedTokens { get; init; }

    [Id(4)]
    public int CachedTokens { get; init; }

    [Id(5)]
    public TimeSpan QueueTime { get; init; }

    [Id(6)]
    public TimeSpan PrefillTime { get; init; }

    [Id(7)]
    public TimeSpan DecodeTime { get; init; }
}
