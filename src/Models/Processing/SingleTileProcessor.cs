using VisionCluster.Imaging;
using VisionCluster.Models.Processing.Configuration;
using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Processing;

/// <summary>ViT, CLIP, SigLIP, PaliGemma and LLaVA: pad to a square, resize, crop the centre, each where configured; one tile.</summary>
internal sealed class SingleTileProcessor : IImageProcessor
{
    private readonly ProcessorSettings _settings;
    private readonly PixelNormalizer _normalizer;
    private readonly byte[] _fill;

    public SingleTileProcessor(ProcessorSettings settings)
    {
        _settings = settings;
        _normalizer = new PixelNormalizer(settings);
        _fill = [.. settings.Mean.Select(mean => (byte)Math.Clamp((int)(mean * 255), 0, 255))];
        Digest = settings.Digest();
        var output = settings.CentreCrop ? settings.CropSize : settings.Size;
        if ((long)(output.Height ?? 1) * (output.Width ?? 1) > ProcessingRun.MaxPixels)
            throw new ModelException($"The image processor's output of {output.Width} x {output.Height} pixels is too large.");
    }

    public string Digest { get; }

    public int MaxTiles => 1;

    public ProcessedImage Process(DecodedImage image, bool keepTilePixels = false)
    {
        using var run = new ProcessingRun(_settings, keepTilePixels);
        var raster = run.Begin(image);
        if (_settings.PadToSquare)
        {
            var side = Math.Max(raster.Width, raster.Height);
            ProcessingRun.CheckPixels(side, side);
            raster = run.Own(CanvasOperations.PadToSquare(raster, _fill));
        }

        if (!_settings.Resize)
        {
            if (_settings.CentreCrop)
                raster = run.Own(CanvasOperations.CentreCrop(raster, _settings.CropSize.Width!.Value, _settings.CropSize.Height!.Value));
            ProcessingRun.CheckPixels(raster.Width, raster.Height);
            return run.Finish([raster], _normalizer);
        }

        return Finish(run, run.Resize(raster, FirstResize(raster.Width, raster.Height)));
    }

    public StreamedImage? Stream() =>
        _settings.Resize && !_settings.PadToSquare ? new StreamedImage(_settings, FirstResize, Finish) : null;

    // Only what the crop keeps is computed: an elongated image's resized form may have billions of pixels.
    private ResizePlan FirstResize(int fromWidth, int fromHeight)
    {
        var (width, height) = ResizedSize(fromWidth, fromHeight);
        if (!_settings.CentreCrop)
        {
            ProcessingRun.CheckPixels(width, height);
            return ResizePlan.Whole(width, height);
        }

        var (cropWidth, cropHeight) = (_settings.CropSize.Width!.Value, _settings.CropSize.Height!.Value);
        var (x, y) = (CanvasOperations.CropStart(width, cropWidth), CanvasOperations.CropStart(height, cropHeight));
        var window = new PixelWindow(Math.Max(x, 0), Math.Max(y, 0), Math.Min(width, cropWidth), Math.Min(height, cropHeight));
        return new ResizePlan(width, height, window);
    }

    // The window is smaller than the crop where the resized image was; it lies in the middle then.
    private ProcessedImage Finish(ProcessingRun run, Raster part)
    {
        if (_settings.CentreCrop)
            part = run.Own(CanvasOperations.CentreCrop(part, _settings.CropSize.Width!.Value, _settings.CropSize.Height!.Value));
        return run.Finish([part], _normalizer);
    }

    private (int Width, int Height) ResizedSize(int width, int height)
    {
        if (_settings.Size.ShortestEdge is not { } edge)
            return (_settings.Size.Width!.Value, _settings.Size.Height!.Value);
        var (shorter, longer) = (Math.Min(width, height), Math.Max(width, height));
        var scaled = (double)((long)edge * longer) / shorter;
        if (scaled > int.MaxValue / 4)
            throw new InvalidImageException($"The image is {width} x {height} pixels, too elongated for this model; crop it.");
        return width <= height ? (edge, (int)scaled) : ((int)scaled, edge);
    }
}
