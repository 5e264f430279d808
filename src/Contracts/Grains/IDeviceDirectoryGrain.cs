namespace VisionCluster.Contracts.Grains;

/// <summary>
/// What the cluster's devices hold and how busy they are; one per cluster (key 0). Kept in memory: silos report every second, so a new
/// activation is complete a second later. Silos that fall silent are forgotten.
/// </summary>
[Alias("visioncluster.IDeviceDirectoryGrain")]
public interface IDeviceDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>Replaces what is known of a silo.</summary>
    /// <returns>The serving choices of the whole cluster, for the silo to keep.</returns>
    [Alias("Report"), AnyGateway, ResponseTimeout("00:00:01")]
    Task<ServingChoice[]> Report(SiloReport report);

    [Alias("GetView"), AnyGateway, ResponseTimeout("00:00:01")]
    Task<DirectoryView> GetView();
}
