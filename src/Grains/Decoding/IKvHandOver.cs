using Orleans.Services;

namespace VisionCluster.Grains.Decoding;

/// <summary>Gives other silos the KV of answers that this silo has let go.</summary>
[Alias("visioncluster.IKvHandOver")]
internal interface IKvHandOver : IGrainService
{
    /// <param name="id">Of the ticket.</param>
    /// <param name="firstBlock">How many blocks the caller has.</param>
    /// <returns>Null when it is not here any more.</returns>
    [Alias("Take")]
    Task<KvPart?> Take(Guid id, int firstBlock);
}
