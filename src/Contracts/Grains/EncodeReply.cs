namespace VisionCluster.Contracts.Grains;

/// <summary>An embedding, or why there is none.</summary>
/// <param name="Embedding">Set unless refused.</param>
/// <param name="Refusal">Set when refused.</param>
/// <param name="Cached">It cost no encoding: it was there, or another caller's.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.EncodeReply")]
public sealed record EncodeReply(
    [property: Id(0)] EmbeddingData? Embedding, [property: Id(1)] Refusal? Refusal, [property: Id(2)] bool Cached = false);
