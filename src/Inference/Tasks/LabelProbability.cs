namespace VisionCluster.Inference.Tasks;

/// <summary>A label and its softmax probability.</summary>
public readonly record struct LabelProbability(int Index, string Name, float Probability);
