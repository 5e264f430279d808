namespace VisionCluster.Grains.Directory;

/// <summary>Which silos belong to the cluster now.</summary>
internal interface ILiveSilos
{
    /// <summary>Parsable addresses.</summary>
    IReadOnlySet<string> Addresses { get; }
}
