using VisionCluster.Imaging;
using VisionCluster.Models.Processing.Configuration;
using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Processing;

/// <summary>
/// Idefics2: an image keeps its shape between a shortest and a longest edge; split, it becomes four quarters and the whole, each resized by
/// itself and padded to the largest (transformers, <c>image_processing_idefics2.py</c>).
/// </summary>
internal sealed class Idefics2Processor : IImageProcessor
{
    private readonly ProcessorSettings _settings;
    private readonly PixelNormalizer _normalizer;

    public Idefics2Processor(ProcessorSettings settings)
    {
        _settings = settings;
        _normalizer = new PixelNormalizer(settings);
        Digest = settings.Digest();
        var (width, height) = settings.Size.LongestEdge is { } longest
            ? (Math.Max(longest, settings.Size.ShortestEdge!.Value), Math.Max(longest, settings.Size.ShortestEdge.Value))
            : (settings.Size.Width ?? 1, settings.Size.Height ?? 1);
        if ((long)MaxTiles * width * height > ProcessingRun.MaxPixels)
            throw new ModelException($"The image processor's {MaxTiles} tiles of {width} x {height} pixels are too large.");
    }

    public string Digest { get; }

    public int MaxTiles => _settings.Split ? 5 : 1;

    public ProcessedImage Process(DecodedImage image, bool keepTilePixels = false)
    {
        using var run = new ProcessingRun(_settings, keepTilePixels);
        var raster = run.Begin(image);
        if (!_settings.Split)
            return run.Finish([Resize(run, raster)], _normalizer);

        var (width, height) = (raster.Width, raster.Height);
        if (width < 2 || height < 2)
            throw new InvalidImageException($"The image is {width} x {height} pixels; this model quarters it, so each side needs 2.");
        var (left, top) = (width / 2, height / 2);
        Raster[] parts =
        [
            raster.Window(0, 0, left, top),
            raster.Window(left, 0, width - left, top),
            raster.Window(0, top, left, height - top),
            raster.Window(left, top, width - left, height - top),
            raster,
        ];
        return run.Finish([.. parts.Select(part => Resize(run, part))], _normalizer, rows: 2, columns: 2);
    }

    public StreamedImage? Stream() => _settings.Split || !_settings.Resize
        ? null
        : new StreamedImage(_settings, FirstResize, (run, raster) => run.Finish([raster], _normalizer));

    private Raster Resize(ProcessingRun run, Raster part)
    {
        if (!_settings.Resize)
        {
            ProcessingRun.CheckPixels((long)MaxTiles * part.Width, part.Height);
            return part;
        }

        return run.Resize(part, FirstResize(part.Width, part.Height));
    }

    private ResizePlan FirstResize(int width, int height)
    {
        if (_settings.Size is not { ShortestEdge: { } shortest, LongestEdge: { } longest })
            return ResizePlan.Whole(_settings.Size.Width!.Value, _settings.Size.Height!.Value);
        var aspect = (double)width / height;
        if (width >= height && width > longest)
            (width, height) = (longest, (int)(longest / aspect));
        else if (height > width && height > longest)
            (width, height) = ((int)(longest * aspect), longest);
        return ResizePlan.Whole(Math.Max(width, shortest), Math.Max(height, shortest));
    }
}
