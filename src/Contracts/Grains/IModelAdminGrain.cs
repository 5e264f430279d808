namespace VisionCluster.Contracts.Grains;

/// <summary>
/// Loads and unloads models on one silo; its key is that silo's parsable address. Replies come at once: what a command began is seen in the
/// silo's reports. Expected failures are refusals, not exceptions.
/// </summary>
[Alias("visioncluster.IModelAdminGrain")]
public interface IModelAdminGrain : IGrainWithStringKey
{
    /// <summary>Queues a model to be loaded in the background.</summary>
    /// <returns>Why not; null when it is queued.</returns>
    [Alias("Load"), AnyGateway, ResponseTimeout("00:00:10")]
    Task<Refusal?> Load(LoadModelCommand command);

    /// <summary>Takes a revision out of service in the background, or cancels loads that wait.</summary>
    /// <returns>Why not; null when it has begun.</returns>
    [Alias("Unload"), AnyGateway, ResponseTimeout("00:00:10")]
    Task<Refusal?> Unload(UnloadModelCommand command);

    /// <summary>Keeps which revision serves, and reports it to the directory.</summary>
    [Alias("Choose"), AnyGateway, ResponseTimeout("00:00:05")]
    Task Choose(ServingChoice choice);
}
