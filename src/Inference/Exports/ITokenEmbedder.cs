namespace VisionCluster.Inference.Exports;

/// <summary>Turns token ids into the rows that a decoder graph takes. Called from one thread at a time.</summary>
internal interface ITokenEmbedder : IDisposable
{
    /// <summary>Values of a row.</summary>
    int Width { get; }

    /// <summary>Writes <c>[tokens, width]</c>.</summary>
    void Embed(ReadOnlySpan<int> tokenIds, Span<float> destination);
}
