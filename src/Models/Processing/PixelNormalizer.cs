using System.Runtime.CompilerServices;
using VisionCluster.Models.Processing.Configuration;
using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Processing;

/// <summary>
/// Levels to values: <c>(float32(double(level) * rescale_factor) - mean) / std</c>, the last two steps in float32, from a table of 256
/// values a channel.
/// </summary>
internal sealed class PixelNormalizer
{
    private const int Levels = 256;

    private readonly float[] _values = new float[3 * Levels]; // [channel, level]

    public PixelNormalizer(ProcessorSettings settings)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            var (channel, level) = (i / Levels, i % Levels);
            var value = settings.Rescale ? (float)(level * settings.RescaleFactor) : level;
            _values[i] = settings.Normalize ? (value - (float)settings.Mean[channel]) / (float)settings.Std[channel] : value;
        }
    }

    /// <param name="tile">RGB levels.</param>
    /// <param name="planes"><c>[3, height, width]</c>; places outside the tile are left as they are.</param>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write(Raster tile, Span<float> planes, int height, int width)
    {
        ReadOnlySpan<float> red = _values.AsSpan(0, Levels);
        ReadOnlySpan<float> green = _values.AsSpan(Levels, Levels);
        ReadOnlySpan<float> blue = _values.AsSpan(2 * Levels, Levels);
        for (var y = 0; y < tile.Height; y++)
        {
            var levels = tile.Row(y);
            var redRow = planes.Slice(y * width, tile.Width);
            var greenRow = planes.Slice((height + y) * width, tile.Width);
            var blueRow = planes.Slice((2 * height + y) * width, tile.Width);
            for (int x = 0, i = 0; x < redRow.Length && i + 2 < levels.Length; x++, i += 3)
            {
                redRow[x] = red[levels[i]];
                greenRow[x] = green[levels[i + 1]];
                blueRow[x] = blue[levels[i + 2]];
            }
        }
    }
}
