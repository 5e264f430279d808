using VisionCluster.Imaging;

namespace VisionCluster.Models.Processing.Resampling;

/// <summary>
/// Resizes 8-bit images exactly as Pillow 13's <c>Image.resize</c> does, in every bit: two passes with 8 bits in between, vertical first
/// where Pillow goes vertical first, RGBA with premultiplied colours. Source: Pillow's <c>Resample.c</c> and <c>Image.py</c>.
/// </summary>
public static class PillowResampler
{
    /// <summary>Multiplications that are worth a second thread.</summary>
    private const long ParallelWork = 8_000_000;

    /// <summary>Threads that one image may use.</summary>
    private const int MaxThreads = 8;

    /// <param name="image">Gray, RGB or RGBA pixels.</param>
    /// <param name="width">New width.</param>
    /// <param name="height">New height.</param>
    /// <param name="filter">Filter to use.</param>
    public static DecodedImage Resize(DecodedImage image, int width, int height, ResampleFilter filter)
    {
        using var resized = Resize(Raster.Of(image), width, height, filter, new PixelWindow(0, 0, width, height));
        return resized.ToImage();
    }

    /// <summary>
    /// The part <paramref name="window"/> of the resized image. Nothing outside it is computed, so the whole may be far too large to hold.
    /// </summary>
    /// <returns>A raster to dispose; a window of <paramref name="source"/> itself where the size does not change.</returns>
    internal static Raster Resize(
        Raster source, int width, int height, ResampleFilter filter, PixelWindow window, RowBlender.Path? path = null)
    {
        if (source.Width == width && source.Height == height)
            return source.Window(window.X, window.Y, window.Width, window.Height);
        if (filter == ResampleFilter.Nearest)
            return Nearest(source, width, height, window);
        if (source.Channels != 4)
            return TwoPasses(source, width, height, filter, window, path ?? RowBlender.Best);

        using var premultiplied = AlphaOperations.Premultiply(source);
        var resized = TwoPasses(premultiplied, width, height, filter, window, path ?? RowBlender.Best);
        AlphaOperations.Unpremultiply(resized);
        return resized;
    }

    /// <summary>Whether Pillow shrinks the height before the width, where both change.</summary>
    internal static bool IsVerticalFirst(int width, int height, int newWidth, int newHeight) =>
        newHeight < height && height - newHeight > 2L * (width - newWidth);

    private static Raster TwoPasses(Raster source, int width, int height, ResampleFilter filter, PixelWindow window, RowBlender.Path path)
    {
        if (source.Height == height)
            return Horizontal(source.Window(0, window.Y, source.Width, window.Height), 0, Columns(), path);
        if (source.Width == width)
            return Vertical(source.Window(window.X, 0, window.Width, source.Height), 0, Rows(), path);

        var (columns, rows) = (Columns(), Rows());
        if (IsVerticalFirst(source.Width, source.Height, width, height))
        {
            var first = columns.FirstInput;
            using var shorter = Vertical(source.Window(first, 0, columns.EndInput - first, source.Height), 0, rows, path);
            return Horizontal(shorter, first, columns, path);
        }

        var top = rows.FirstInput;
        using var narrower = Horizontal(source.Window(0, top, source.Width, rows.EndInput - top), 0, columns, path);
        return Vertical(narrower, top, rows, path);

        AxisWeights Columns() => AxisWeights.Get(source.Width, width, filter, window.X, window.Width);
        AxisWeights Rows() => AxisWeights.Get(source.Height, height, filter, window.Y, window.Height);
    }

    // The source begins at row `top` of the image that the weights speak of.
    private static unsafe Raster Vertical(Raster source, int top, AxisWeights weights, RowBlender.Path path)
    {
        var (outputs, length) = (weights.Starts.Length, source.Width * source.Channels);
        var target = Raster.Rent(source.Width, outputs, source.Channels);
        InBands(outputs, 16, (long)outputs * length * weights.Taps, (first, end) =>
        {
            fixed (byte* from = source.Buffer, to = target.Buffer)
            {
                var origin = from + source.Offset - (nint)top * source.Stride;
                for (var y = first; y < end; y++)
                    RowBlender.Blend(origin, source.Stride, weights, y, to + (nint)y * target.Stride, length, path);
            }
        });
        return target;
    }

    private static Raster Horizontal(Raster source, int left, AxisWeights weights, RowBlender.Path path)
    {
        var (outputs, channels) = (weights.Starts.Length, source.Channels);
        var target = Raster.Rent(outputs, source.Height, channels);
        InBands(source.Height, HorizontalPass.BandRows, (long)outputs * source.Height * channels * weights.Taps, (first, end) =>
            HorizontalPass.Run(source, left, weights, target, first, end, path));
        return target;
    }

    private static void InBands(int count, int band, long work, Action<int, int> run)
    {
        var threads = (int)Math.Min(Math.Min(MaxThreads, Environment.ProcessorCount), work / ParallelWork + 1);
        var bands = (count + band - 1) / band;
        if (threads <= 1 || bands == 1)
        {
            for (var i = 0; i < bands; i++)
                run(i * band, Math.Min((i + 1) * band, count));
            return;
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Parallel.For(0, bands, options, i => run(i * band, Math.Min((i + 1) * band, count)));
    }

    // Pillow accumulates the position by adding the scale, and so do we: multiplying would round differently.
    private static Raster Nearest(Raster source, int width, int height, PixelWindow window)
    {
        var columns = Positions(source.Width, width, window.X, window.Width);
        var rows = Positions(source.Height, height, window.Y, window.Height);
        var target = Raster.Rent(window.Width, window.Height, source.Channels);
        for (var y = 0; y < window.Height; y++)
        {
            var from = source.Row(rows[y]);
            var to = target.Row(y);
            for (var x = 0; x < window.Width; x++)
                from.Slice(columns[x] * source.Channels, source.Channels).CopyTo(to[(x * source.Channels)..]);
        }

        return target;
    }

    private static int[] Positions(int inputs, int outputs, int start, int length)
    {
        var positions = new int[length];
        var scale = (double)inputs / outputs;
        var position = scale * 0.5;
        for (var i = 0; i < start + length; i++, position += scale)
        {
            if (i >= start)
                positions[i - start] = Math.Min((int)position, inputs - 1);
        }

        return positions;
    }
}
