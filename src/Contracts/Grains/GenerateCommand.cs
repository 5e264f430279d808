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

    /// <summary>Who starts it: the same caller's repeated start joins the first one.</summary>
    [Id(9)]
    public Guid Caller { get; init; }

    /// <summary>Tokens of the answer that are out already; the answer goes on behind them as if they had been generated here.</summary>
    [Id(10)]
    public GeneratedToken[] Answered { get; init; } = [];

    /// <summary>Silos that died in a row while they ran it.</summary>
    [Id(11)]
    public int Deaths { get; init; }

    /// <summary>How long it goes on without a reader, if longer than the silo's own <c>ResumeWindow</c>.</summary>
    [Id(12)]
    public TimeSpan ResumeWindow { get; init; }

    /// <summary>The tenant's share of the device against others'. Positive.</summary>
    [Id(13)]
    public double TenantWeight { get; init; } = 1;

    /// <summary>W3C trace context of the caller; null while nobody traces.</summary>
    [Id(14)]
    public string? TraceParent { get; init; }

    /// <summary>The session's own revision, if the cluster serves that no more: the session goes over to <see cref="Revision"/>.</summary>
    [Id(15)]
    public string GoneRevision { get; init; } = "";

    /// <summary>With <see cref="GoneRevision"/>: keys of the session's images in that revision, and in <see cref="Revision"/>.</summary>
    [Id(16)]
    public Dictionary<string, string> NewKeys { get; init; } = [];

    /// <summary>Where the gateway wants it: for what that device holds of the prompt, or for its room. Says nothing on another silo.</summary>
    [Id(17)]
    public DeviceTarget? Target { get; init; }

    /// <summary>With <see cref="Answered"/>: KV that the silo before has kept.</summary>
    [Id(18)]
    public KvTicket? Kv { get; init; }

    /// <summary>Is pushed the answer once it runs, as by a call to <see cref="IDecoderGrain.Follow"/>; null for nobody.</summary>
    [Id(19)]
    public AnswerReader? Reader { get; init; }
}
