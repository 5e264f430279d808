namespace VisionCluster.Contracts.Grains;

/// <summary>A text, or an image encoded by the same model and revision: one of the two is set.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.EmbedItem")]
public readonly record struct EmbedItem([property: Id(0)] string? Text, [property: Id(1)] EmbeddingData? Image);
