namespace VisionCluster.Grains.Directory;

/// <summary>Options of the device directory.</summary>
public sealed class DirectoryOptions
{
    /// <summary>How often a silo reports. Default 1 s.</summary>
    public TimeSpan ReportInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A silo silent for longer is forgotten. Default 5 s.</summary>
    public TimeSpan SilenceLimit { get; set; } = TimeSpan.FromSeconds(5);
}
