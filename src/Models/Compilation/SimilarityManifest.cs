namespace VisionCluster.Models.Compilation;

/// <summary>How image and text embeddings make a logit: scale · cosine + bias.</summary>
/// <param name="LogitScale">The factor itself, not its logarithm.</param>
/// <param name="LogitBias">0 where the family has none.</param>
/// <param name="Sigmoid">Each pair by itself (SigLIP); otherwise a softmax over the texts (CLIP).</param>
public sealed record SimilarityManifest(float LogitScale, float LogitBias, bool Sigmoid);
