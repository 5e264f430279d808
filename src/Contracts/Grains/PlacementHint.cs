namespace VisionCluster.Contracts.Grains;

/// <summary>Request context entries that decoder placement reads.</summary>
public static class PlacementHint
{
    /// <summary>Parsable address of the silo that a new decoder grain should live on.</summary>
    public const string SiloAddress = "visioncluster.silo";
}
