namespace VisionCluster.Contracts.Grains;

/// <summary>A model to load on a silo.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.LoadModelCommand")]
public sealed record LoadModelCommand
{
    /// <summary>Names the load in reports.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>Below one of the silo's model roots.</summary>
    [Id(1)]
    public required string Source { get; init; }

    /// <summary>Empty: as the source is called.</summary>
    [Id(2)]
    public string Name { get; init; } = "";

    /// <summary>fp32, int8, int4 or auto; empty: as the silo is configured.</summary>
    [Id(3)]
    public string Precision { get; init; } = "";

    /// <summary>Other revisions of the name leave once it is loaded.</summary>
    [Id(4)]
    public bool Replace { get; init; }

    /// <summary>It serves no new sessions before it is chosen.</summary>
    [Id(5)]
    public bool Hold { get; init; }
}
