namespace VisionCluster.Inference.Inspection;

/// <summary>A position's token, and what could follow it, best first.</summary>
public sealed record NextTokens(int Id, string Text, IReadOnlyList<TokenCandidate> Candidates);
