namespace VisionCluster.Contracts.Grains;

/// <summary>Encoded images and texts to compare, each with each.</summary>
/// <param name="Images">Encoded by the same model and revision.</param>
/// <param name="Texts">At least one.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.SimilarityCommand")]
public sealed record SimilarityCommand([property: Id(0)] EmbeddingData[] Images, [property: Id(1)] string[] Texts);
