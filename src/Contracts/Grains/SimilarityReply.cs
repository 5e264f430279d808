namespace VisionCluster.Contracts.Grains;

/// <summary>Images × texts, row by row, or why there is nothing.</summary>
/// <param name="Logits">float32 little endian; set unless refused.</param>
/// <param name="Probabilities">float32 little endian; set unless refused.</param>
/// <param name="Sigmoid">Each pair by itself; otherwise a softmax over the texts.</param>
/// <param name="Refusal">Set when refused.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.SimilarityReply")]
public sealed record SimilarityReply(
    [property: Id(0)] byte[]? Logits, [property: Id(1)] byte[]? Probabilities, [property: Id(2)] bool Sigmoid, [property: Id(3)] Refusal? Refusal);
