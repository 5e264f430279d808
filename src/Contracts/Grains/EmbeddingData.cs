namespace VisionCluster.Contracts.Grains;

/// <summary>An encoded image as it travels and is cached.</summary>
/// <param name="Rows">Rows of the tile grid; 0 when not split.</param>
/// <param name="Columns">Columns of the tile grid; 0 when not split.</param>
/// <param name="Tokens">Image tokens.</param>
/// <param name="Values"><c>[tokens, hidden]</c>, float32 little endian.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.EmbeddingData")]
public sealed record EmbeddingData(
    [property: Id(0)] int Rows,
    [property: Id(1)] int Columns,
    [property: Id(2)] int Tokens,
    [property: Id(3)] byte[] Values);
