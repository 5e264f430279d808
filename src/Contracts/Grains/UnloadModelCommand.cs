namespace VisionCluster.Contracts.Grains;

/// <summary>A revision to take out of service on a silo.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Revision">The whole revision.</param>
/// <param name="Drain">How long running answers may take to end; null: the silo's <c>DrainTimeout</c>.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.UnloadModelCommand")]
public sealed record UnloadModelCommand(
    [property: Id(0)] string Model, [property: Id(1)] string Revision, [property: Id(2)] TimeSpan? Drain)
{
    /// <summary>Loads of the model that wait are cancelled, and nothing is unloaded.</summary>
    [Id(3)]
    public bool Queued { get; init; }
}
