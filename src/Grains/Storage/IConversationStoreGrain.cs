namespace VisionCluster.Grains.Storage;

/// <summary>One partition of the cluster's conversation records, in memory.</summary>
[Alias("visioncluster.IConversationStoreGrain")]
internal interface IConversationStoreGrain : IGrainWithIntegerKey
{
    /// <returns>Null when it was never written, or was dropped to make room.</returns>
    [Alias("Read")]
    Task<byte[]?> Read(string key);

    [Alias("Write")]
    Task Write(string key, byte[] record);

    [Alias("Clear")]
    Task Clear(string key);
}
