namespace VisionCluster.Contracts.Grains;

/// <summary>A token that could have stood at a position.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.AlternativeToken")]
public readonly record struct AlternativeToken(
    [property: Id(0)] int Id,
    [property: Id(1)] string Text,
    [property: Id(2)] float LogProb);
