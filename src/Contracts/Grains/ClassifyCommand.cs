namespace VisionCluster.Contracts.Grains;

/// <summary>Encoded images to classify.</summary>
/// <param name="Images">Encoded by the same model and revision.</param>
/// <param name="Top">Labels wanted for each.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.ClassifyCommand")]
public sealed record ClassifyCommand([property: Id(0)] EmbeddingData[] Images, [property: Id(1)] int Top);
