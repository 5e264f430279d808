namespace VisionCluster.Inference.Inspection;

/// <summary>A float32 result by its golden name, row major.</summary>
public sealed record NamedTensor(string Name, long[] Shape, float[] Values);
