namespace VisionCluster.Contracts.Grains;

/// <summary>
/// What one model on one device says about inputs, beside generating; its key is an <see cref="EncoderKey"/>, and it lives on that
/// device's silo. Images come as <see cref="IEncoderGrain"/> encoded them, so that one encoding serves every task. Concurrent calls' texts
/// are batched by the device. Expected failures are replies, not exceptions.
/// </summary>
[Alias("visioncluster.ITaskGrain")]
public interface ITaskGrain : IGrainWithStringKey
{
    /// <summary>Labels with their probabilities.</summary>
    [Alias("Classify"), AnyGateway]
    Task<ClassifyReply> Classify(ClassifyCommand command, CancellationToken cancellationToken = default);

    /// <summary>A vector for each input.</summary>
    [Alias("Embed"), AnyGateway]
    Task<EmbedReply> Embed(EmbedCommand command, CancellationToken cancellationToken = default);

    /// <summary>Images against texts.</summary>
    [Alias("Compare"), AnyGateway]
    Task<SimilarityReply> Compare(SimilarityCommand command, CancellationToken cancellationToken = default);
}
