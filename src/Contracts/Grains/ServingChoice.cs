namespace VisionCluster.Contracts.Grains;

/// <summary>An operator's word on which revision of a model new sessions take.</summary>
/// <param name="Model">Model name.</param>
/// <param name="Revision">Empty: no choice any more.</param>
/// <param name="Version">The higher one counts; made from the clock and the version that was known.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.ServingChoice")]
public sealed record ServingChoice([property: Id(0)] string Model, [property: Id(1)] string Revision, [property: Id(2)] long Version);
