namespace VisionCluster.Gateway.Images;

/// <summary>What the gateway keeps of pictures; least recently used goes first.</summary>
public sealed class ImageCacheOptions
{
    /// <summary>Bytes of picture files kept for later requests by key. Default 256 MiB.</summary>
    public long StoreBytes { get; set; } = 256L << 20;

    /// <summary>Bytes of embeddings kept. Default 512 MiB.</summary>
    public long EmbeddingCacheBytes { get; set; } = 512L << 20;

    /// <summary>Part of every image key, so that keys cannot be computed outside; the same on all gateways. Default empty.</summary>
    public string KeySalt { get; set; } = "";
}
