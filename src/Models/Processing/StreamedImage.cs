using VisionCluster.Imaging;
using VisionCluster.Models.Processing.Configuration;
using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Processing;

/// <summary>
/// One image that is resized while it is decoded: a codec gives it the rows, then <see cref="Finish"/> makes what
/// <see cref="IImageProcessor.Process"/> would have made, to the same bits. An image that it does not take is to be decoded whole.
/// </summary>
public sealed class StreamedImage : IRowReceiver, IDisposable
{
    private readonly ProcessingRun _run;
    private readonly ResampleFilter _filter;
    private readonly Func<int, int, ResizePlan> _plan;
    private readonly Func<ProcessingRun, Raster, ProcessedImage> _finish;
    private StreamedResize? _resize;

    /// <param name="settings">The processor's.</param>
    /// <param name="plan">From an image's width and height to the first thing that is done to it.</param>
    /// <param name="finish">From the result of that to values.</param>
    internal StreamedImage(
        ProcessorSettings settings, Func<int, int, ResizePlan> plan, Func<ProcessingRun, Raster, ProcessedImage> finish) =>
        (_run, _filter, _plan, _finish) = (new ProcessingRun(settings, keep: false), settings.Filter, plan, finish);

    /// <exception cref="InvalidImageException">The model cannot take an image of this shape.</exception>
    public bool TryBegin(int width, int height)
    {
        _resize = StreamedResize.TryStart(width, height, _filter, _plan(width, height));
        return _resize is not null;
    }

    public void Add(ReadOnlySpan<byte> rows) => _resize!.Add(rows);

    /// <exception cref="InvalidOperationException">Rows are missing.</exception>
    /// <exception cref="InvalidImageException">The model cannot take an image of this shape.</exception>
    public ProcessedImage Finish() => _finish(_run, _resize!.Finish());

    public void Dispose()
    {
        _run.Dispose();
        _resize?.Dispose();
    }
}
