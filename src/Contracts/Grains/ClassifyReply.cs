namespace VisionCluster.Contracts.Grains;

/// <summary>Labels of each image, best first, or why there are none.</summary>
/// <param name="Results">Set unless refused.</param>
/// <param name="Refusal">Set when refused.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.ClassifyReply")]
public sealed record ClassifyReply([property: Id(0)] ClassLabel[][]? Results, [property: Id(1)] Refusal? Refusal);
