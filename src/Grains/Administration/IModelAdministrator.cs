using VisionCluster.Contracts.Grains;

namespace VisionCluster.Grains.Administration;

/// <summary>Loads and unloads this silo's models at run time.</summary>
internal interface IModelAdministrator
{
    /// <returns>Why not; null when it is queued.</returns>
    Task<Refusal?> LoadAsync(LoadModelCommand command);

    /// <returns>Why not; null when it has begun.</returns>
    Refusal? Unload(UnloadModelCommand command);

    /// <summary>Keeps a choice, and reports it to the directory.</summary>
    Task ChooseAsync(ServingChoice choice);
}
