namespace VisionCluster.Models.Compilation;

/// <summary>A part of a feature vector.</summary>
/// <param name="Name">One of <see cref="Families.FeatureNames"/>.</param>
/// <param name="Offset">First value.</param>
/// <param name="Size">Values.</param>
public sealed record FeatureSpan(string Name, int Offset, int Size);
