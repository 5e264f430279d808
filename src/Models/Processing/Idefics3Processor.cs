using VisionCluster.Imaging;
using VisionCluster.Models.Processing.Configuration;
using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Processing;

/// <summary>
/// Idefics3 and SmolVLM: the longest edge goes to <c>size</c>, both edges up to multiples of the tile, and square tiles are cut row by row;
/// the whole image, reduced to one tile, comes last (transformers, <c>image_processing_idefics3.py</c>).
/// </summary>
internal sealed class Idefics3Processor : IImageProcessor
{
    /// <summary>The reference's bound for a resized edge.</summary>
    private const int MaxEdge = 4096;

    /// <summary>Most tiles: real configurations have up to 65, and every tile costs prompt tokens.</summary>
    private const int TileLimit = 1024;

    private readonly ProcessorSettings _settings;
    private readonly PixelNormalizer _normalizer;
    private readonly int _tile;

    public Idefics3Processor(ProcessorSettings settings)
    {
        _settings = settings;
        _normalizer = new PixelNormalizer(settings);
        _tile = settings.TileSide;
        Digest = settings.Digest();
        MaxTiles = (int)CountMaxTiles();
        if (MaxTiles > TileLimit || (long)MaxTiles * _tile * _tile > ProcessingRun.MaxPixels)
            throw new ModelException($"The image processor's {MaxTiles} tiles of {_tile} x {_tile} pixels are too many or too large.");
    }

    public string Digest { get; }

    public int MaxTiles { get; }

    public ProcessedImage Process(DecodedImage image, bool keepTilePixels = false)
    {
        using var run = new ProcessingRun(_settings, keepTilePixels);
        var raster = run.Begin(image);
        return Finish(run, _settings.Resize ? run.Resize(raster, FirstResize(raster.Width, raster.Height)) : raster);
    }

    public StreamedImage? Stream() => _settings.Resize ? new StreamedImage(_settings, FirstResize, Finish) : null;

    private ProcessedImage Finish(ProcessingRun run, Raster raster)
    {
        if (!_settings.Split)
            return run.Finish([run.Resize(raster, _tile, _tile)], _normalizer);
        var tiles = Split(run, raster, out var rows, out var columns);
        return run.Finish(tiles, _normalizer, rows, columns);
    }

    private List<Raster> Split(ProcessingRun run, Raster raster, out int rows, out int columns)
    {
        var (width, height) = TiledSize(raster.Width, raster.Height);
        (rows, columns) = ((int)(height / _tile), (int)(width / _tile));
        if ((long)rows * columns + 1 > MaxTiles && rows * columns > 1)
            throw new InvalidImageException($"The image would become {rows} x {columns} tiles, too many; make it smaller.");
        raster = run.Resize(raster, (int)width, (int)height);
        if (rows * columns == 1)
        {
            (rows, columns) = (0, 0);
            return [raster];
        }

        var tiles = new List<Raster>(rows * columns + 1);
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
                tiles.Add(raster.Window(x * _tile, y * _tile, _tile, _tile));
        }

        tiles.Add(run.Resize(raster, _tile, _tile));
        return tiles;
    }

    // Both edges of a resized image are at most `size`, or one more where that is odd.
    private long CountMaxTiles()
    {
        if (!_settings.Split)
            return 1;
        long edges = (_settings.Resize, _settings.Size.LongestEdge) switch
        {
            (false, _) => Math.Min(TileLimit, ProcessingRun.MaxPixels / ((long)_tile * _tile)) - 1,
            (true, { } longest) => Tiles(Math.Min(longest + (longest & 1), MaxEdge)) * Tiles(Math.Min(longest + (longest & 1), MaxEdge)),
            _ => Tiles(_settings.Size.Width!.Value) * Tiles(_settings.Size.Height!.Value),
        };
        return Math.Clamp(edges == 1 ? 1 : edges + 1, 1, int.MaxValue);

        long Tiles(int edge) => (edge + _tile - 1) / _tile;
    }

    private ResizePlan FirstResize(int width, int height)
    {
        if (_settings.Size.LongestEdge is not { } longest)
            return ResizePlan.Whole(_settings.Size.Width!.Value, _settings.Size.Height!.Value);
        var aspect = (double)width / height;
        (width, height) = width >= height ? (longest, MakeEven((int)(longest / aspect))) : (MakeEven((int)(longest * aspect)), longest);
        (width, height) = (Math.Max(width, 1), Math.Max(height, 1));
        aspect = (double)width / height;
        if (width >= height && width > MaxEdge)
            (width, height) = (MaxEdge, (int)(MaxEdge / aspect));
        else if (height > width && height > MaxEdge)
            (width, height) = ((int)(MaxEdge * aspect), MaxEdge);
        return ResizePlan.Whole(Math.Max(width, 1), Math.Max(height, 1));

        static int MakeEven(int edge) => edge + (edge & 1);
    }

    private (long Width, long Height) TiledSize(int width, int height)
    {
        var aspect = (double)width / height;
        if (width >= height)
        {
            var wide = RoundUp(width);
            return (wide, RoundUp((long)(wide / aspect)));
        }

        var high = RoundUp(height);
        return (RoundUp((long)(high * aspect)), high);

        long RoundUp(long edge) => (edge + _tile - 1) / _tile * _tile;
    }
}
