namespace VisionCluster.Grains.Directory;

/// <summary>Options of the device directory.</summary>
public sealed class DirectoryOptions
{
    /// <summary>How often a silo reports, beside reporting every change of its models. Default 500 ms.</summary>
    public TimeSpan ReportInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A silo silent for longer is forgotten. Default 5 s.</summary>
    public TimeSpan SilenceLimit { get; set; } = TimeSpan.FromSeconds(5);
}
