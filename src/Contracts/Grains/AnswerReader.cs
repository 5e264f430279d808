namespace VisionCluster.Contracts.Grains;

/// <summary>Who is pushed an answer, and from where on; as the parameters of <see cref="IDecoderGrain.Follow"/>.</summary>
/// <param name="Sink">Its gateway.</param>
/// <param name="Number">Marks the pieces. Positive.</param>
/// <param name="Next">Index of the first token wanted; −1 to hear also that the prompt was taken.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.AnswerReader")]
public sealed record AnswerReader([property: Id(0)] IAnswerSink Sink, [property: Id(1)] long Number, [property: Id(2)] int Next);
