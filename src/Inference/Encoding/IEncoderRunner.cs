namespace VisionCluster.Inference.Encoding;

/// <summary>Runs the vision graph (tower and connector) over a batch of tiles of one shape. Called from one thread at a time.</summary>
public interface IEncoderRunner : IDisposable
{
    /// <summary>Width of an image token's embedding: the language model's hidden size.</summary>
    int EmbeddingSize { get; }

    /// <summary>Image tokens that one tile of the given shape becomes.</summary>
    int TokensPerTile(int height, int width);

    /// <summary>Encodes tiles.</summary>
    /// <param name="tiles">At least one.</param>
    /// <param name="height">Tile height in pixels.</param>
    /// <param name="width">Tile width in pixels.</param>
    /// <param name="pixels"><c>[tiles, 3, height, width]</c>.</param>
    /// <param name="mask"><c>[tiles, height, width]</c>, or empty where every pixel is real.</param>
    /// <param name="embeddings">Receives <c>[tiles, tokens, embedding]</c>.</param>
    void Encode(int tiles, int height, int width, ReadOnlySpan<float> pixels, ReadOnlySpan<byte> mask, Span<float> embeddings);
}
