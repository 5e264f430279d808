namespace VisionCluster.Imaging.Tests;

/// <summary>Tests that look at the process's memory or at the clock: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredCollection
{
    public const string Name = "Measured";
}
