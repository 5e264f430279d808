namespace VisionCluster.Contracts.Grains;

/// <summary>
/// What the cluster's devices hold and how busy they are; one per cluster (key 0). Kept in memory: silos report every second, so a new
/// activation is complete a second later. Silos that fall silent are forgotten.
/// </summary>
[Alias("visioncluster.IDeviceDirectoryGrain")]
public interface IDeviceDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>Replaces what is known of a silo.</summary>
    [Alias("Report"), ResponseTimeout("00:00:01")]
    Task Report(SiloReport report);

    [Alias("GetView"), ResponseTimeout("00:00:01")]
    Task<DirectoryView> GetView();
}
