using Orleans.Concurrency;
using Orleans.Placement;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Encoding;

namespace VisionCluster.Grains.Administration;

/// <summary>An operator's word to this silo. It holds nothing.</summary>
[DevicePinned, Immovable, Reentrant]
internal sealed class ModelAdminGrain(IModelAdministrator administrator) : Grain, IModelAdminGrain
{
    public Task<Refusal?> Load(LoadModelCommand command) => administrator.LoadAsync(command);

    public Task<Refusal?> Unload(UnloadModelCommand command) => Task.FromResult(administrator.Unload(command));

    public Task Choose(ServingChoice choice) => administrator.ChooseAsync(choice);
}
