namespace VisionCluster.Inference.Decoding;

/// <summary>
/// A prompt for the decoder: token ids, where <see cref="ImageTokenId"/> positions take their embeddings from <see cref="Images"/>,
/// consumed in order row by row.
/// </summary>
public sealed record PromptTokens
{
    public required int[] Ids { get; init; }

    /// <summary>The placeholder id, or −1 for a text model.</summary>
    public int ImageTokenId { get; init; } = -1;

    /// <summary>In order of appearance; their rows together equal the number of placeholder positions.</summary>
    public IReadOnlyList<PromptImage> Images { get; init; } = [];

    /// <summary>
    /// From here on every id is text: a model may generate the placeholder's id, and an answer that is prefilled again holds it. Default: none.
    /// </summary>
    public int TextFrom { get; init; } = int.MaxValue;

    internal bool IsImage(int position) => position < TextFrom && ImageTokenId >= 0 && Ids[position] == ImageTokenId;
}
