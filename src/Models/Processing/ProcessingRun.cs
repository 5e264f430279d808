using VisionCluster.Imaging;
using VisionCluster.Models.Processing.Configuration;
using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Processing;

/// <summary>One image on its way through a processor: owns the rented pixels and remembers, where asked, what was done.</summary>
internal sealed class ProcessingRun(ProcessorSettings settings, bool keep) : IDisposable
{
    /// <summary>Most pixels that a processor holds at once, tiles together: 33.5 million, 400 MB of values.</summary>
    public const long MaxPixels = 1 << 25;

    /// <summary>Values that are worth a second thread.</summary>
    private const int ParallelValues = 1 << 19;

    private const int MaxThreads = 4;

    private readonly List<Raster> _owned = [];
    private readonly List<(int Width, int Height, int NewWidth, int NewHeight)> _resizes = [];

    /// <summary>The image as RGB: over white where the reference converts, else without its alpha.</summary>
    public Raster Begin(DecodedImage image)
    {
        var raster = Raster.Of(image);
        if (image.Channels == 3)
            return raster;
        return Own(settings.ConvertRgb ? AlphaOperations.OverWhite(raster) : AlphaOperations.DropAlpha(raster));
    }

    public Raster Resize(Raster image, int width, int height) => Resize(image, ResizePlan.Whole(width, height));

    public Raster Resize(Raster image, ResizePlan size)
    {
        _resizes.Add((image.Width, image.Height, size.Width, size.Height));
        return Own(PillowResampler.Resize(image, size.Width, size.Height, settings.Filter, size.Window));
    }

    public Raster Own(Raster raster)
    {
        _owned.Add(raster);
        return raster;
    }

    /// <param name="tiles">RGB tiles; smaller ones are padded right and bottom.</param>
    /// <param name="normalizer">Makes values of levels.</param>
    /// <param name="rows">Rows of the tile grid.</param>
    /// <param name="columns">Columns of the tile grid.</param>
    public ProcessedImage Finish(IReadOnlyList<Raster> tiles, PixelNormalizer normalizer, int rows = 0, int columns = 0)
    {
        var (height, width) = (tiles.Max(tile => tile.Height), tiles.Max(tile => tile.Width));
        var full = tiles.All(tile => tile.Height == height && tile.Width == width);
        var count = tiles.Count * 3 * height * width;
        var values = full ? GC.AllocateUninitializedArray<float>(count) : new float[count]; // [tiles, 3, height, width]
        var tileValues = 3 * height * width;
        if (values.Length < ParallelValues || tiles.Count == 1)
        {
            for (var i = 0; i < tiles.Count; i++)
                WriteTile(i);
        }
        else
        {
            Parallel.For(0, tiles.Count, new ParallelOptions { MaxDegreeOfParallelism = MaxThreads }, WriteTile);
        }

        return new ProcessedImage
        {
            Tiles = tiles.Count,
            Height = height,
            Width = width,
            PixelValues = values,
            PixelMask = full ? null : Mask(tiles, height, width),
            Rows = rows,
            Columns = columns,
            TilePixels = keep ? [.. tiles.Select(tile => tile.ToImage())] : null,
            Resizes = keep ? _resizes : null,
        };

        void WriteTile(int i) => normalizer.Write(tiles[i], values.AsSpan(i * tileValues, tileValues), height, width);
    }

    /// <exception cref="InvalidImageException">A size is beyond what a processor may hold.</exception>
    public static void CheckPixels(long width, long height)
    {
        if (width * height > MaxPixels)
            throw new InvalidImageException(
                $"The image would become {width} x {height} pixels for this model; send a smaller or less elongated one.");
    }

    public void Dispose()
    {
        foreach (var raster in _owned)
            raster.Dispose();
    }

    private static byte[] Mask(IReadOnlyList<Raster> tiles, int height, int width)
    {
        var mask = new byte[tiles.Count * height * width]; // [tiles, height, width]
        for (var i = 0; i < tiles.Count; i++)
        {
            for (var y = 0; y < tiles[i].Height; y++)
                mask.AsSpan((i * height + y) * width, tiles[i].Width).Fill(1);
        }

        return mask;
    }
}
