namespace VisionCluster.Contracts.Grains;

/// <summary>An embedding and the image key that names it.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.KeyedEmbedding")]
public sealed record KeyedEmbedding([property: Id(0)] string Key, [property: Id(1)] EmbeddingData Embedding);
