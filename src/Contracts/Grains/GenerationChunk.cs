namespace VisionCluster.Contracts.Grains;

/// <summary>A piece of an answer's log, as <see cref="IDecoderGrain.Read"/> found it.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.GenerationChunk")]
public sealed record GenerationChunk
{
    /// <summary>Nothing is known of the generation here: start it, with the tokens that the reader has.</summary>
    public static GenerationChunk Unknown { get; } = new() { State = GenerationState.Unknown };

    [Id(0)]
    public required GenerationState State { get; init; }

    /// <summary>Null until the engine has taken the prompt.</summary>
    [Id(1)]
    public GenerationAccepted? Accepted { get; init; }

    /// <summary>From the position asked for; empty when nothing came in time.</summary>
    [Id(2)]
    public GeneratedToken[] Tokens { get; init; } = [];

    /// <summary>Set once <see cref="Tokens"/> reach the end.</summary>
    [Id(3)]
    public GenerationFinished? Finished { get; init; }

    /// <summary>When it goes on elsewhere: what spares that silo the prefill; null where nothing does.</summary>
    [Id(4)]
    public KvTicket? Kv { get; init; }
}
