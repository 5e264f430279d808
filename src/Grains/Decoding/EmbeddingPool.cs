using Microsoft.Extensions.Options;
using VisionCluster.Contracts.Grains;
using VisionCluster.Shared;

namespace VisionCluster.Grains.Decoding;

/// <summary>
/// Embeddings that this silo's conversations used lately, by image key (keys are salted per tenant, so tenants never meet). Bounded by
/// <see cref="DecoderOptions.EmbeddingPoolBytes"/>; what is gone is asked back from the gateway.
/// </summary>
internal sealed class EmbeddingPool(IOptions<DecoderOptions> options)
{
    private readonly ByteBoundedLru<string, EmbeddingData> _entries = new(options.Value.EmbeddingPoolBytes);

    public EmbeddingData? Find(string key) => _entries.TryGet(key, out var embedding) ? embedding : null;

    public void Keep(string key, EmbeddingData embedding) => _entries.Set(key, embedding, embedding.Values.Length);
}
