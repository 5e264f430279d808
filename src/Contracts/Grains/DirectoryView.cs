namespace VisionCluster.Contracts.Grains;

/// <summary>The cluster's silos as of now, by name.</summary>
[GenerateSerializer, Immutable, Alias("visioncluster.DirectoryView")]
public sealed record DirectoryView([property: Id(0)] SiloReport[] Silos)
{
    public static DirectoryView Empty { get; } = new([]);
}
