namespace VisionCluster.Contracts.Grains;

/// <summary>A label of a classifier, and how probable it is.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.ClassLabel")]
public readonly record struct ClassLabel([property: Id(0)] int Index, [property: Id(1)] string Name, [property: Id(2)] float Probability);
