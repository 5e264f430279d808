namespace VisionCluster.Inference.Tasks;

/// <summary>How images and texts match.</summary>
/// <param name="Logits"><c>[images, texts]</c></param>
/// <param name="Probabilities"><c>[images, texts]</c>: a softmax over texts, or a sigmoid each.</param>
/// <param name="Sigmoid">Which of the two.</param>
public sealed record SimilarityScores(float[] Logits, float[] Probabilities, bool Sigmoid);
