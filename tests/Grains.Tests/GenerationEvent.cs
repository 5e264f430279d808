using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Tests;

/// <summary>One item of a generation's stream. The member that <see cref="Kind"/> names is set.</summary>
public sealed record GenerationEvent
{
    public required GenerationEventKind Kind { get; init; }

    public Refusal? Refusal { get; init; }

    /// <summary>Keys whose embeddings the grain lacks.</summary>
    public string[]? ImagesNeeded { get; init; }

    public GenerationAccepted? Accepted { get; init; }

    public GeneratedToken? Token { get; init; }

    public GenerationFinished? Finished { get; init; }

    public static GenerationEvent Of(Refusal refusal) => new() { Kind = GenerationEventKind.Refused, Refusal = refusal };

    public static GenerationEvent OfNeeded(string[] keys) => new() { Kind = GenerationEventKind.ImagesNeeded, ImagesNeeded = keys };

    public static GenerationEvent Of(GenerationAccepted accepted) => new() { Kind = GenerationEventKind.Accepted, Accepted = accepted };

    public static GenerationEvent Of(GeneratedToken token) => new() { Kind = GenerationEventKind.Token, Token = token };

    public static GenerationEvent Of(GenerationFinished finished) => new() { Kind = GenerationEventKind.Finished, Finished = finished };
}
