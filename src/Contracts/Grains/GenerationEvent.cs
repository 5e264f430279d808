namespace VisionCluster.Contracts.Grains;

/// <summary>One item of a generation's stream. The member that <see cref="Kind"/> names is set.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.GenerationEvent")]
public sealed record GenerationEvent
{
    [Id(0)]
    public required GenerationEventKind Kind { get; init; }

    [Id(1)]
    public Refusal? Refusal { get; init; }

    /// <summary>Keys whose embeddings the grain lacks.</summary>
    [Id(2)]
    public string[]? ImagesNeeded { get; init; }

    [Id(3)]
    public GenerationAccepted? Accepted { get; init; }

    [Id(4)]
    public GeneratedToken? Token { get; init; }

    [Id(5)]
    public GenerationFinished? Finished { get; init; }

    public static GenerationEvent Of(Refusal refusal) => new() { Kind = GenerationEventKind.Refused, Refusal = refusal };

    public static GenerationEvent OfNeeded(string[] keys) => new() { Kind = GenerationEventKind.ImagesNeeded, ImagesNeeded = keys };

    public static GenerationEvent Of(GenerationAccepted accepted) => new() { Kind = GenerationEventKind.Accepted, Accepted = accepted };

    public static GenerationEvent Of(GeneratedToken token) => new() { Kind = GenerationEventKind.Token, Token = token };

    public static GenerationEvent Of(GenerationFinished finished) => new() { Kind = GenerationEventKind.Finished, Finished = finished };
}
