namespace VisionCluster.Contracts.Grains;

/// <summary>Where a load stands.</summary>
[GenerateSerializer, Alias("visioncluster.LoadState")]
public enum LoadState
{
    /// <summary>Others come first.</summary>
    Queued,

    /// <summary>It is compiled, or its weights are read.</summary>
    Loading,

    /// <summary>It is among the silo's models; shown for a while.</summary>
    Loaded,

    /// <summary>It could not be loaded; shown for a while.</summary>
    Failed,
}
