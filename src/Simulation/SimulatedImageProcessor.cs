using VisionCluster.Imaging;
using VisionCluster.Models.Processing;

namespace VisionCluster.Simulation;

/// <summary>One tile of <see cref="Side"/> by <see cref="Side"/> from any picture: each value is the mean of its part of the picture.</summary>
internal sealed class SimulatedImageProcessor : IImageProcessor
{
    public const int Side = 8;

    /// <summary>Not a SHA-256, since nothing is configured: a name that no real processor has.</summary>
    public string Digest => "simulated-8x8";

    public int MaxTiles => 1;

    public ProcessedImage Process(DecodedImage image, bool keepTilePixels = false)
    {
        var values = new float[3 * Side * Side]; // [channel, row, column]
        for (var row = 0; row < Side; row++)
        {
            for (var column = 0; column < Side; column++)
            {
                var (top, bottom) = Range(row, image.Height);
                var (left, right) = Range(column, image.Width);
                for (var channel = 0; channel < 3; channel++)
                    values[(((channel * Side) + row) * Side) + column] = Mean(image, top, bottom, left, right, channel);
            }
        }

        return new ProcessedImage { Tiles = 1, Height = Side, Width = Side, PixelValues = values };
    }

    private static (int From, int To) Range(int part, int size)
    {
        var from = (int)((long)part * size / Side);
        return (from, Math.Max(from + 1, (int)((part + 1L) * size / Side)));
    }

    private static float Mean(DecodedImage image, int top, int bottom, int left, int right, int channel)
    {
        long sum = 0;
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
                sum += image.Pixels[(((y * image.Width) + x) * image.Channels) + channel];
        }

        return sum / (255f * (bottom - top) * (right - left));
    }
}
