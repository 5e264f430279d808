using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Images;
using VisionCluster.Gateway.Options;
using VisionCluster.Shared;

namespace VisionCluster.Gateway.Embeddings;

/// <summary>Embeddings by tenant and image key, bounded by <see cref="ImageCacheOptions.EmbeddingCacheBytes"/>.</summary>
internal sealed class EmbeddingCache(IOptions<GatewayOptions> options, GatewayMetrics metrics)
{
    private readonly ByteBoundedLru<(string Tenant, string Key), CachedEmbedding> _entries = new(options.Value.Images.EmbeddingCacheBytes);

    public CachedEmbedding? Find(string tenant, string key)
    {
        var found = Peek(tenant, key);
        (found is null ? metrics.EmbeddingMisses : metrics.EmbeddingHits).Add(1);
        return found;
    }

    /// <summary>As <see cref="Find"/>, but not counted.</summary>
    public CachedEmbedding? Peek(string tenant, string key) => _entries.TryGet((tenant, key), out var entry) ? entry : null;

    public void Keep(string tenant, string key, CachedEmbedding embedding) =>
        metrics.EmbeddingEvictions.Add(_entries.Set((tenant, key), embedding, embedding.Data.Values.Length));
}
