namespace VisionCluster.Contracts.Grains;

/// <summary>One turn of a conversation, validated by the gateway.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.GenerateCommand")]
public sealed record GenerateCommand
{
    [Id(0)]
    public required string RequestId { get; init; }

    [Id(1)]
    public required string Model { get; init; }

    /// <summary>The revision that the embeddings were made with.</summary>
    [Id(2)]
    public required string Revision { get; init; }

    /// <summary>What is new in the conversation.</summary>
    [Id(3)]
    public required ConversationMessage[] Messages { get; init; }

    /// <summary>Embeddings of images in <see cref="Messages"/>, and those that the grain asked back.</summary>
    [Id(4)]
    public KeyedEmbedding[] Embeddings { get; init; } = [];

    [Id(5)]
    public SamplingParameters Sampling { get; init; } = new();

    [Id(6)]
    public StopParameters Stop { get; init; } = new();

    [Id(7)]
    public int Priority { get; init; }

    /// <summary>Time that is left, counted from arrival at the grain (clocks of two machines differ).</summary>
    [Id(8)]
    public TimeSpan? TimeLeft { get; init; }
}
