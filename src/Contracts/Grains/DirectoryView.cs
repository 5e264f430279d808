namespace VisionCluster.Contracts.Grains;

/// <summary>The cluster's silos as of now, by name.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.DirectoryView")]
public sealed record DirectoryView([property: Id(0)] SiloReport[] Silos)
{
    /// <summary>Parsable addresses of the silos that the cluster counts as its members.</summary>
    [Id(1)]
    public string[] Members { get; init; } = [];

    /// <summary>False while the directory is so new that a member may not have reported yet.</summary>
    [Id(2)]
    public bool IsComplete { get; init; } = true;

    /// <summary>Which revisions operators have chosen.</summary>
    [Id(3)]
    public ServingChoice[] Choices { get; init; } = [];

    public static DirectoryView Empty { get; } = new([]);
}
