using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace VisionCluster.Grains.Storage;

/// <summary>
/// Grain storage in the cluster's memory with a bound, which Orleans' own memory storage lacks. The last writer wins: a session has one
/// activation. Production registers a storage of the same name over a database.
/// </summary>
internal sealed class BoundedMemoryStorage(IGrainFactory grains, Serializer serializer) : IGrainStorage
{
    public const int Partitions = 16;

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var record = await Partition(grainId).Read(Key(stateName, grainId));
        grainState.RecordExists = record is not null;
        grainState.State = record is null ? Activator.CreateInstance<T>() : serializer.Deserialize<T>(record);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Partition(grainId).Write(Key(stateName, grainId), serializer.SerializeToArray(grainState.State));
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Partition(grainId).Clear(Key(stateName, grainId));
        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    private static string Key(string stateName, GrainId grainId) => $"{stateName}/{grainId}";

    private IConversationStoreGrain Partition(GrainId grainId) =>
        grains.GetGrain<IConversationStoreGrain>(grainId.GetUniformHashCode() % Partitions);
}
