namespace VisionCluster.Models.Processing.Resampling;

/// <summary>
/// Resizes an RGB image while its rows arrive, to the bits that <see cref="PillowResampler"/> makes. A helper takes band after band through
/// the horizontal pass, and what is complete then through the vertical one, while the caller brings more rows: decoding takes longer than
/// both, so that more helpers would not help. Rows come from one thread.
/// </summary>
internal sealed class StreamedResize : IDisposable
{
    private const int Channels = 3;

    /// <summary>Most bands that wait for the helper. The caller takes them through itself where there are as many.</summary>
    private const int MaxWaiting = 4;

    private readonly RowBlender.Path _path;
    private readonly AxisWeights _columns;
    private readonly AxisWeights _rows;
    private readonly int _width; // of the source
    private readonly Raster _narrower; // the source's rows that count, after the horizontal pass
    private readonly Raster _resized;
    private readonly Queue<Raster> _waiting = new(MaxWaiting); // guarded by itself
    private readonly Lock _passing = new(); // held by whoever takes bands through
    private int _narrowed; // rows of _narrower that are done; guarded by _passing
    private int _blended; // rows of _resized that are done; guarded by _passing
    private Raster? _band; // being filled
    private int _inBand; // rows
    private int _row; // of the source
    private Task _helper = Task.CompletedTask;

    private StreamedResize(int width, AxisWeights columns, AxisWeights rows, RowBlender.Path path)
    {
        (_width, _columns, _rows, _path) = (width, columns, rows, path);
        _narrower = Raster.Rent(columns.Starts.Length, rows.EndInput - rows.FirstInput, Channels);
        _resized = Raster.Rent(columns.Starts.Length, rows.Starts.Length, Channels);
    }

    /// <returns>Null where there is no horizontal pass with a vertical one after it: the image is to be resized as a whole.</returns>
    public static StreamedResize? TryStart(int width, int height, ResampleFilter filter, ResizePlan plan, RowBlender.Path? path = null)
    {
        if (filter == ResampleFilter.Nearest || plan.Width == width || plan.Height == height
            || PillowResampler.IsVerticalFirst(width, height, plan.Width, plan.Height))
            return null;
        var columns = AxisWeights.Get(width, plan.Width, filter, plan.Window.X, plan.Window.Width);
        var rows = AxisWeights.Get(height, plan.Height, filter, plan.Window.Y, plan.Window.Height);
        return new StreamedResize(width, columns, rows, path ?? RowBlender.Best);
    }

    /// <param name="rows">The next rows, <c>[rows, width, 3]</c>.</param>
    public void Add(ReadOnlySpan<byte> rows)
    {
        for (var stride = _width * Channels; !rows.IsEmpty; rows = rows[stride..], _row++)
        {
            if (_row < _rows.FirstInput || _row >= _rows.EndInput)
                continue;
            _band ??= Raster.Rent(_width, HorizontalPass.BandRows, Channels);
            rows[..stride].CopyTo(_band.Row(_inBand++));
            if (_inBand == HorizontalPass.BandRows || _row == _rows.EndInput - 1)
                HandOver(_band);
        }
    }

    /// <summary>The resized window, once every row was added; this object's until it is disposed.</summary>
    /// <exception cref="InvalidOperationException">Rows are missing.</exception>
    public Raster Finish()
    {
        PassWaiting();
        return _blended == _resized.Height
            ? _resized
            : throw new InvalidOperationException($"Of {_resized.Height} rows {_blended} were made from {_row}.", _helper.Exception);
    }

    public void Dispose()
    {
        lock (_waiting)
        {
            while (_waiting.TryDequeue(out var band))
                band.Dispose();
        }

        // The band under way still writes to rented memory.
        lock (_passing)
        {
            _narrower.Dispose();
            _resized.Dispose();
        }

        _band?.Dispose();
    }

    private void HandOver(Raster band)
    {
        int waiting;
        lock (_waiting)
        {
            _waiting.Enqueue(band);
            waiting = _waiting.Count;
        }

        (_band, _inBand) = (null, 0);
        if (waiting == MaxWaiting)
            PassWaiting();
        else if (_helper.IsCompleted && Environment.ProcessorCount > 1)
            _helper = Task.Run(PassWaiting);
    }

    private void PassWaiting()
    {
        lock (_passing)
        {
            while (TryTake() is { } band)
            {
                using (band)
                    Pass(band);
            }
        }
    }

    private Raster? TryTake()
    {
        lock (_waiting)
            return _waiting.TryDequeue(out var band) ? band : null;
    }

    private unsafe void Pass(Raster band)
    {
        var rows = Math.Min(HorizontalPass.BandRows, _narrower.Height - _narrowed);
        var target = _narrower.Window(0, _narrowed, _narrower.Width, rows);
        HorizontalPass.Run(band.Window(0, 0, _width, rows), 0, _columns, target, 0, rows, _path);
        _narrowed += rows;
        fixed (byte* from = _narrower.Buffer, to = _resized.Buffer)
        {
            var origin = from - (nint)_rows.FirstInput * _narrower.Stride;
            for (var ready = _rows.FirstInput + _narrowed; _blended < _resized.Height; _blended++)
            {
                if (_rows.Starts[_blended] + _rows.Counts[_blended] > ready)
                    return;
                RowBlender.Blend(
                    origin, _narrower.Stride, _rows, _blended, to + (nint)_blended * _resized.Stride, _resized.Stride, _path);
            }
        }
    }
}
