namespace VisionCluster.Contracts.Grains;

/// <summary>Where a load stands; a model that is loaded is in the silo's models instead.</summary>
[GenerateSerializer, Alias("visioncluster.LoadState")]
public enum LoadState
{
    /// <summary>Others come first.</summary>
    Queued,

    /// <summary>It is compiled, or its weights are read.</summary>
    Loading,

    /// <summary>It could not be loaded; shown until the silo forgets it.</summary>
    Failed,
}
