namespace VisionCluster.Inference.Inspection;

/// <summary>A token that could follow.</summary>
public readonly record struct TokenCandidate(int Id, string Text, float Probability);
