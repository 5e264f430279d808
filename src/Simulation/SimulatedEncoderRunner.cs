using VisionCluster.Inference.Encoding;

namespace VisionCluster.Simulation;

/// <summary>A vision encoder without weights: every value is a digest of the picture's pixels and its place.</summary>
internal sealed class SimulatedEncoderRunner(SimulatedModel model, SimulatedClock clock) : IEncoderRunner
{
    private long _images;

    /// <summary>Images encoded so far.</summary>
    public long Images => Interlocked.Read(ref _images);

    public int EmbeddingSize => model.HiddenSize;

    public int TokensPerTile(int height, int width) => model.ImageTokens;

    public void Encode(int tiles, int height, int width, ReadOnlySpan<float> pixels, ReadOnlySpan<byte> mask, Span<float> embeddings)
    {
        var (tilePixels, tileValues) = (3 * height * width, model.ImageTokens * model.HiddenSize);
        for (var tile = 0; tile < tiles; tile++)
        {
            var digest = TokenDigest.Append(model.Seed, pixels.Slice(tile * tilePixels, tilePixels));
            foreach (ref var value in embeddings.Slice(tile * tileValues, tileValues))
            {
                digest = TokenDigest.Mix(digest + 1);
                value = (digest >> 40) / (float)(1 << 24); // [0, 1)
            }
        }

        Interlocked.Add(ref _images, tiles);
        clock.Work(model.Cost.Encode(tiles, tiles * model.ImageTokens));
    }

    public void Dispose()
    {
        // It owns nothing.
    }
}
