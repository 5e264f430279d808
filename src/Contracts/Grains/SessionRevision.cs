namespace VisionCluster.Contracts.Grains;

/// <summary>The model revision that a session's turns were made with.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="ImageKeys">Keys of the session's images, which hold for this revision only.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.SessionRevision")]
public sealed record SessionRevision([property: Id(0)] string Revision, [property: Id(1)] string[] ImageKeys);
