namespace VisionCluster.Contracts.Grains;

/// <summary>How the next token is chosen; see <c>vision.proto</c> for ranges.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.SamplingParameters")]
public sealed record SamplingParameters
{
    [Id(0)]
    public float Temperature { get; init; }

    [Id(1)]
    public int TopK { get; init; }

    [Id(2)]
    public float TopP { get; init; } = 1;

    [Id(3)]
    public float MinP { get; init; }

    [Id(4)]
    public float RepetitionPenalty { get; init; } = 1;

    [Id(5)]
    public float FrequencyPenalty { get; init; }

    [Id(6)]
    public float PresencePenalty { get; init; }

    [Id(7)]
    public Dictionary<int, float> LogitBias { get; init; } = [];

    [Id(8)]
    public ulong Seed { get; init; }

    [Id(9)]
    public bool LogProbs { get; init; }

    /// <summary>Alternatives reported per token, 0 to 20.</summary>
    [Id(10)]
    public int TopLogProbs { get; init; }
}
