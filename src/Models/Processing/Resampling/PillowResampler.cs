using System.Buffers;
using VisionCluster.Imaging;

namespace VisionCluster.Models.Processing.Resampling;

/// <summary>
/// Resizes 8-bit images exactly as Pillow 13's <c>Image.resize</c> does, in every bit: two passes with 8 bits in between, vertical first
/// where Pillow goes vertical first, RGBA with premultiplied colours. Source: Pillow's <c>Resample.c</c> and <c>Image.py</c>.
/// </summary>
public static class PillowResampler
{
    /// <summary>Rows that a horizontal pass takes at once, transposed.</summary>
    private const int BandRows = 64;

    /// <summary>Output columns that share one transposed piece, which stays in the second-level cache.</summary>
    private const int ChunkColumns = 256;

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

    private static Raster TwoPasses(Raster source, int width, int height, ResampleFilter filter, PixelWindow window, RowBlender.Path path)
    {
        if (source.Height == height)
            return Horizontal(source.Window(0, window.Y, source.Width, window.Height), 0, Columns(), path);
        if (source.Width == width)
            return Vertical(source.Window(window.X, 0, window.Width, source.Height), 0, Rows(), path);

        var (columns, rows) = (Columns(), Rows());
        if (height < source.Height && source.Height - height > 2L * (source.Width - width))
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

    // A band of rows is transposed, so that its columns are rows to blend, and the result transposed back.
    private static unsafe Raster Horizontal(Raster source, int left, AxisWeights weights, RowBlender.Path path)
    {
        var (outputs, channels) = (weights.Starts.Length, source.Channels);
        var target = Raster.Rent(outputs, source.Height, channels);
        var columnBytes = channels * BandRows;
        InBands(source.Height, BandRows, (long)outputs * source.Height * channels * weights.Taps, (first, end) =>
        {
            // A short last band reaches back over rows of the one before: they are computed twice, to the same bytes.
            var row = Math.Max(0, Math.Min(first, source.Height - BandRows));
            for (var column = 0; column < outputs; column += ChunkColumns)
                Chunk(row, end - row, column, Math.Min(column + ChunkColumns, outputs));
        });
        return target;

        void Chunk(int row, int rows, int column, int endColumn)
        {
            var inputStart = weights.Starts[column];
            var inputs = weights.Starts[endColumn - 1] + weights.Counts[endColumn - 1] - inputStart;
            var turned = ArrayPool<byte>.Shared.Rent(inputs * columnBytes);
            var blended = ArrayPool<byte>.Shared.Rent((endColumn - column) * columnBytes);
            fixed (byte* from = source.Buffer, to = target.Buffer, work = turned, result = blended)
            {
                var start = from + source.Offset + (nint)row * source.Stride + (nint)(inputStart - left) * channels;
                ByteTransposer.Transpose(start, source.Stride, rows, inputs * channels, work, BandRows);
                var origin = work - (nint)inputStart * columnBytes;
                for (var x = column; x < endColumn; x++)
                    RowBlender.Blend(origin, columnBytes, weights, x, result + (x - column) * columnBytes, columnBytes, path);
                var end = to + (nint)row * target.Stride + (nint)column * channels;
                ByteTransposer.Transpose(result, BandRows, (endColumn - column) * channels, rows, end, target.Stride);
            }

            ArrayPool<byte>.Shared.Return(turned);
            ArrayPool<byte>.Shared.Return(blended);
        }
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
