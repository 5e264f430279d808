namespace VisionCluster.Contracts.Grains;

/// <summary>One generated token.</summary>
/// <param name="Index">0 for the answer's first token.</param>
/// <param name="Id">The token's id.</param>
/// <param name="Text">Text that became certain with it; may be empty.</param>
/// <param name="LogProb">Natural logarithm of the model's own probability; null unless asked for.</param>
/// <param name="Top">Best alternatives, best first; null unless asked for.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.GeneratedToken")]
public sealed record GeneratedToken(
    [property: Id(0)] int Index,
    [property: Id(1)] int Id,
    [property: Id(2)] string Text,
    [property: Id(3)] float? LogProb,
    [property: Id(4)] AlternativeToken[]? Top);
