namespace VisionCluster.Cli.Tests;

/// <summary>Tests that measure the process, its memory or its meters: nothing else may run in it meanwhile.</summary>
[CollectionDefinition(nameof(MeasuredCluster), DisableParallelization = true)]
public sealed class MeasuredCluster : ICollectionFixture<RealCluster>;
