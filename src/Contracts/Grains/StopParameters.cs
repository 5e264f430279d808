namespace VisionCluster.Contracts.Grains;

/// <summary>When an answer ends; see <c>vision.proto</c> for ranges.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.StopParameters")]
public sealed record StopParameters
{
    /// <summary>0 = up to the model's context.</summary>
    [Id(0)]
    public int MaxTokens { get; init; }

    [Id(1)]
    public int MinTokens { get; init; }

    [Id(2)]
    public string[] StopStrings { get; init; } = [];

    [Id(3)]
    public int[] StopTokenIds { get; init; } = [];

    [Id(4)]
    public bool IgnoreEndOfSequence { get; init; }
}
