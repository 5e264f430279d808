using VisionCluster.Inference.Encoding;
using VisionCluster.Models.Processing;

namespace VisionCluster.Inference.Tests.Encoding;

/// <summary>A mock encoder: two tokens per tile, whose values are the tile's first pixel, its mask's sum and the token's number.</summary>
internal sealed class TileRunner : IEncoderRunner
{
    public const float Poison = -1;

    /// <summary>Tiles of every run, and its height.</summary>
    public List<(int Tiles, int Height)> Runs { get; } = [];

    /// <summary>Called in every run.</summary>
    public Action? OnRun { get; set; }

    public bool IsDisposed { get; private set; }

    public int EmbeddingSize => 3;

    public int TokensPerTile(int height, int width) => 2;

    public void Encode(int tiles, int height, int width, ReadOnlySpan<float> pixels, ReadOnlySpan<byte> mask, Span<float> embeddings)
    {
        Runs.Add((tiles, height));
        OnRun?.Invoke();
        var area = height * width;
        var maskFits = mask.Length == 0 || mask.Length == tiles * area;
        if (tiles < 1 || pixels.Length != tiles * 3 * area || !maskFits || embeddings.Length != tiles * 6)
            throw new InvalidOperationException("The sizes are wrong.");
        if (pixels.Contains(Poison))
            throw new InvalidOperationException("poison");
        for (var tile = 0; tile < tiles; tile++)
        {
            var sum = 0;
            for (var pixel = 0; mask.Length > 0 && pixel < area; pixel++)
                sum += mask[(tile * area) + pixel];
            for (var token = 0; token < 2; token++)
            {
                embeddings[(tile * 6) + (token * 3)] = pixels[tile * 3 * area];
                embeddings[(tile * 6) + (token * 3) + 1] = sum;
                embeddings[(tile * 6) + (token * 3) + 2] = token;
            }
        }
    }

    public void Dispose() => IsDisposed = true;

    /// <summary>An image whose tiles begin with <paramref name="value"/>, value + 1 and so on.</summary>
    public static ProcessedImage Image(float value, int tiles = 1, int size = 2, bool masked = false)
    {
        var pixels = new float[tiles * 3 * size * size];
        for (var tile = 0; tile < tiles; tile++)
            pixels[tile * 3 * size * size] = value + tile;
        return new ProcessedImage
        {
            Tiles = tiles,
            Height = size,
            Width = size,
            PixelValues = pixels,
            PixelMask = masked ? [.. Enumerable.Repeat((byte)1, tiles * size * size)] : null,
        };
    }

    /// <summary>What <see cref="Image"/> must become.</summary>
    public static float[] Expected(float value, int tiles = 1, int maskSum = 0) =>
        [.. Enumerable.Range(0, tiles).SelectMany(tile => new float[] { value + tile, maskSum, 0, value + tile, maskSum, 1 })];
}
