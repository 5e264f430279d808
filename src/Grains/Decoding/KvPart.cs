namespace VisionCluster.Grains.Decoding;

/// <summary>A message's worth of an answer's KV; see <see cref="Inference.Decoding.CarriedKv"/>.</summary>
/// <param name="Format">Of the bytes.</param>
/// <param name="Tokens">Of the whole.</param>
/// <param name="Digest">Of what all tokens are.</param>
/// <param name="Blocks">From the one asked for on.</param>
/// <param name="IsLast">Nothing is left where it came from.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.KvPart")]
internal sealed record KvPart(
    [property: Id(0)] string Format,
    [property: Id(1)] int Tokens,
    [property: Id(2)] byte[] Digest,
    [property: Id(3)] byte[][] Blocks,
    [property: Id(4)] bool IsLast);
