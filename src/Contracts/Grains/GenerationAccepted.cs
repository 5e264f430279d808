namespace VisionCluster.Contracts.Grains;

/// <summary>The prompt as the engine took it; total tokens are text + image.</summary>
/// <param name="TextTokens">Prompt tokens of text, template included.</param>
/// <param name="ImageTokens">Prompt tokens of images.</param>
/// <param name="CachedTokens">Of all: those whose KV was already there.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.GenerationAccepted")]
public sealed record GenerationAccepted(
    [property: Id(0)] int TextTokens,
    [property: Id(1)] int ImageTokens,
    [property: Id(2)] int CachedTokens);
