using VisionCluster.Imaging;

namespace VisionCluster.Models.Processing.Resampling;

/// <summary>
/// Resizes an RGB image while its rows arrive, to the bits that <see cref="PillowResampler"/> makes: bands of rows go through the horizontal
/// pass on other threads while the caller brings the next ones. Not thread-safe.
/// </summary>
internal sealed class StreamedResize : IDisposable
{
    private const int Channels = 3;

    /// <summary>
    /// Bands that are computed by or wait for other threads. Where these are busy the caller computes the next band itself, so that no more
    /// than this and one band of source pixels are held.
    /// </summary>
    private const int MaxBandsAhead = 4;

    private readonly RowBlender.Path _path;
    private readonly AxisWeights _columns;
    private readonly AxisWeights _rows;
    private readonly int _width; // of the source
    private readonly Raster _narrower; // rows that the vertical pass needs
    private readonly List<Task> _bands = new(MaxBandsAhead);
    private Raster _band;
    private int _inBand; // rows
    private int _done; // rows of _narrower that were handed out
    private int _row; // of the source

    private StreamedResize(int width, AxisWeights columns, AxisWeights rows, RowBlender.Path path)
    {
        (_width, _columns, _rows, _path) = (width, columns, rows, path);
        _narrower = Raster.Rent(columns.Starts.Length, rows.EndInput - rows.FirstInput, Channels);
        _band = Raster.Rent(width, HorizontalPass.BandRows, Channels);
    }

    /// <returns>Null where this resize does not begin with a horizontal pass: Pillow goes vertical first, or only takes pixels over.</returns>
    public static StreamedResize? TryStart(
        int width, int height, int newWidth, int newHeight, ResampleFilter filter, PixelWindow window, RowBlender.Path? path = null)
    {
        if (filter == ResampleFilter.Nearest || newWidth == width || newHeight == height
            || PillowResampler.IsVerticalFirst(width, height, newWidth, newHeight))
            return null;
        var columns = AxisWeights.Get(width, newWidth, filter, window.X, window.Width);
        var rows = AxisWeights.Get(height, newHeight, filter, window.Y, window.Height);
        return new StreamedResize(width, columns, rows, path ?? RowBlender.Best);
    }

    /// <param name="rows">The next rows, <c>[rows, width, 3]</c>.</param>
    public void Add(ReadOnlySpan<byte> rows)
    {
        for (var stride = _width * Channels; !rows.IsEmpty; rows = rows[stride..], _row++)
        {
            if (_row < _rows.FirstInput || _row >= _rows.EndInput)
                continue;
            rows[..stride].CopyTo(_band.Row(_inBand++));
            if (_inBand == HorizontalPass.BandRows || _done + _inBand == _narrower.Height)
                Start();
        }
    }

    /// <summary>The resized window, once every row was added.</summary>
    public Raster Finish()
    {
        if (_done < _narrower.Height)
            throw new InvalidOperationException($"The image ended after {_row} rows.");
        Task.WaitAll([.. _bands]);
        return PillowResampler.Vertical(_narrower, _rows.FirstInput, _rows, _path);
    }

    public void Dispose()
    {
        // Bands under way write to rented memory.
        Task.WaitAll([.. _bands]);
        _band.Dispose();
        _narrower.Dispose();
    }

    private void Start()
    {
        var (band, rows) = (_band, _inBand);
        var target = _narrower.Window(0, _done, _narrower.Width, rows);
        (_done, _inBand) = (_done + rows, 0);
        _bands.RemoveAll(task => task.IsCompletedSuccessfully);
        if (_bands.Count == MaxBandsAhead || Environment.ProcessorCount == 1)
        {
            Pass(band, target);
            return;
        }

        _band = Raster.Rent(_width, HorizontalPass.BandRows, Channels);
        _bands.Add(Task.Run(() =>
        {
            using (band)
                Pass(band, target);
        }));
    }

    private void Pass(Raster band, Raster target) =>
        HorizontalPass.Run(band.Window(0, 0, _width, target.Height), 0, _columns, target, 0, target.Height, _path);
}
