namespace VisionCluster.Contracts.Grains;

/// <summary>Texts and encoded images to make vectors of.</summary>
/// <param name="Inputs">In the order of the answer.</param>
/// <param name="Pooling">Which vector.</param>
/// <param name="Normalize">Divide by the length.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.EmbedCommand")]
public sealed record EmbedCommand(
    [property: Id(0)] EmbedItem[] Inputs, [property: Id(1)] EmbeddingPooling Pooling, [property: Id(2)] bool Normalize);
