using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Grains.Decoding;
using VisionCluster.Grains.Storage;

namespace VisionCluster.Grains.Encoding;

/// <summary>
/// Embeddings that outlive the silo that computed them, by image key: it names tenant, revision and processor. Bounded by their age
/// (<see cref="DecoderOptions.StoredEmbeddingAge"/>) and by Redis' own <c>maxmemory</c>. Thread-safe.
/// </summary>
internal sealed class SharedEmbeddings(SharedStore store, IOptions<DecoderOptions> options)
{
    private readonly TimeSpan _age = options.Value.StoredEmbeddingAge;

    public Task<EmbeddingData?> FindAsync(string key) =>
        _age > TimeSpan.Zero ? store.FindAsync<EmbeddingData>(KeyOf(key)) : Task.FromResult<EmbeddingData?>(null);

    /// <summary>In the background.</summary>
    public void Keep(string key, EmbeddingData embedding)
    {
        if (_age > TimeSpan.Zero)
            store.KeepAsync(KeyOf(key), embedding, _age).Ignore(); // it never faults
    }

    private static string KeyOf(string key) => "embedding/" + key;
}
