namespace VisionCluster.Contracts.Grains;

/// <summary>A silo's report of itself.</summary>
/// <param name="Name">Silo name, for people.</param>
/// <param name="Address">Parsable silo address, for placement.</param>
/// <param name="Draining">True once it takes no new work.</param>
/// <param name="Models">One for each model on each device.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.SiloReport")]
public sealed record SiloReport(
    [property: Id(0)] string Name,
    [property: Id(1)] string Address,
    [property: Id(2)] bool Draining,
    [property: Id(3)] ModelReport[] Models)
{
    /// <summary>Models that are being loaded, and the latest that were, or could not be.</summary>
    [Id(4)]
    public ModelLoadReport[] Loads { get; init; } = [];

    /// <summary>Every serving choice that it knows: each silo keeps all of them, so that they outlive any.</summary>
    [Id(5)]
    public ServingChoice[] Choices { get; init; } = [];

    /// <summary>Parsable address that clients connect to; empty when it takes none.</summary>
    [Id(6)]
    public string Gateway { get; init; } = "";
}
