namespace VisionCluster.Contracts.Grains;

/// <summary>An embedding, or why there is none.</summary>
/// <param name="Embedding">Set unless refused.</param>
/// <param name="Refusal">Set when refused.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.EncodeReply")]
public sealed record EncodeReply([property: Id(0)] EmbeddingData? Embedding, [property: Id(1)] Refusal? Refusal);
