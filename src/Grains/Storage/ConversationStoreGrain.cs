using Microsoft.Extensions.Options;
using VisionCluster.Grains.Decoding;
using VisionCluster.Shared;

namespace VisionCluster.Grains.Storage;

/// <summary>Bounded in bytes: the least recently used conversation is forgotten first. A partition is lost with its silo.</summary>
[KeepAlive]
internal sealed class ConversationStoreGrain(IOptions<DecoderOptions> options) : Grain, IConversationStoreGrain
{
    private readonly ByteBoundedLru<string, byte[]> _records =
        new(options.Value.ConversationStoreBytes / BoundedMemoryStorage.Partitions);

    public Task<byte[]?> Read(string key) => Task.FromResult(_records.TryGet(key, out var record) ? record : null);

    public Task Write(string key, byte[] record)
    {
        _records.Set(key, record, record.Length + (2 * key.Length));
        return Task.CompletedTask;
    }

    public Task Clear(string key)
    {
        _records.Remove(key);
        return Task.CompletedTask;
    }
}
