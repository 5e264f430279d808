namespace VisionCluster.Contracts.Grains;

/// <summary>A model that is being loaded on a silo, or lately was.</summary>
/// <param name="Id">Of the load.</param>
/// <param name="Model">The name that it will have.</param>
/// <param name="Source">As it was asked for.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Detail">What is being done, the revision that was loaded, or what went wrong.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.ModelLoadReport")]
public sealed record ModelLoadReport(
    [property: Id(0)] string Id,
    [property: Id(1)] string Model,
    [property: Id(2)] string Source,
    [property: Id(3)] LoadState State,
    [property: Id(4)] string Detail);
