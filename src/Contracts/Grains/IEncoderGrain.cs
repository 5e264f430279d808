namespace VisionCluster.Contracts.Grains;

/// <summary>
/// The vision encoder of one model on one device; its key is an <see cref="EncoderKey"/>, and it lives on that device's silo. Concurrent
/// calls are batched by the device.
/// </summary>
[Alias("visioncluster.IEncoderGrain")]
public interface IEncoderGrain : IGrainWithStringKey
{
    /// <summary>Decodes, resizes and encodes one image. Expected failures are outcomes, not exceptions.</summary>
    [Alias("Encode"), AnyGateway, ResponseTimeout("00:02:00")]
    Task<EncodeReply> Encode(EncodeCommand command, CancellationToken cancellationToken = default);

    /// <summary>An embedding that is still held here, for a gateway that has lost the picture.</summary>
    [Alias("Recall"), AnyGateway, ResponseTimeout("00:00:05")]
    Task<EmbeddingData?> Recall(string key);
}
