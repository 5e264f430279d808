namespace VisionCluster.Inference.Exports;

/// <summary>
/// For graphs that take ids: a token's row is its id, a float32 that holds it exactly, since vocabularies end below 2²⁴. The engine moves
/// rows only, and text models have no others.
/// </summary>
internal sealed class IdRows(int vocabulary) : ITokenEmbedder
{
    public int Width => 1;

    public void Embed(ReadOnlySpan<int> tokenIds, Span<float> destination)
    {
        for (var i = 0; i < tokenIds.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tokenIds[i], (uint)vocabulary, nameof(tokenIds));
            destination[i] = tokenIds[i];
        }
    }

    public void Dispose()
    {
    }
}
