namespace VisionCluster.Contracts.Grains;

/// <summary>A vector for each input, or why there are none.</summary>
/// <param name="Vectors">float32 little endian each; set unless refused.</param>
/// <param name="TextTokens">Tokens of all texts, without padding.</param>
/// <param name="Refusal">Set when refused.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.EmbedReply")]
public sealed record EmbedReply([property: Id(0)] byte[][]? Vectors, [property: Id(1)] int TextTokens, [property: Id(2)] Refusal? Refusal);
