using System.Buffers;

namespace VisionCluster.Models.Processing.Resampling;

/// <summary>
/// Resizing along rows: a band of rows is transposed, so that its columns are rows to blend, and the result transposed back.
/// </summary>
internal static unsafe class HorizontalPass
{
    /// <summary>Most rows that are taken at once.</summary>
    public const int BandRows = 64;

    /// <summary>Output columns that share one transposed piece, which stays in the second-level cache.</summary>
    private const int ChunkColumns = 256;

    /// <param name="source">Rows to resize.</param>
    /// <param name="left">Column of the whole image that the source begins at.</param>
    /// <param name="weights">Weights of the rows' axis.</param>
    /// <param name="target">As many rows as the source has, and as many columns as there are weights.</param>
    /// <param name="first">First row of the band.</param>
    /// <param name="end">One past its last row; at most <see cref="BandRows"/> after the first.</param>
    /// <param name="path">Instruction set to use.</param>
    public static void Run(Raster source, int left, AxisWeights weights, Raster target, int first, int end, RowBlender.Path path)
    {
        // A short last band reaches back over rows of the one before: they are computed twice, to the same bytes.
        first = Math.Max(0, Math.Min(first, source.Height - BandRows));
        var outputs = weights.Starts.Length;
        for (var column = 0; column < outputs; column += ChunkColumns)
            Chunk(source, left, weights, target, (first, end - first), (column, Math.Min(column + ChunkColumns, outputs)), path);
    }

    private static void Chunk(
        Raster source,
        int left,
        AxisWeights weights,
        Raster target,
        (int First, int Count) rows,
        (int First, int End) columns,
        RowBlender.Path path)
    {
        var channels = source.Channels;
        var columnBytes = channels * BandRows;
        var inputStart = weights.Starts[columns.First];
        var inputs = weights.Starts[columns.End - 1] + weights.Counts[columns.End - 1] - inputStart;
        var turned = ArrayPool<byte>.Shared.Rent(inputs * columnBytes);
        var blended = ArrayPool<byte>.Shared.Rent((columns.End - columns.First) * columnBytes);
        fixed (byte* from = source.Buffer, to = target.Buffer, work = turned, result = blended)
        {
            var start = from + source.Offset + (nint)rows.First * source.Stride + (nint)(inputStart - left) * channels;
            ByteTransposer.Transpose(start, source.Stride, rows.Count, inputs * channels, work, BandRows);
            var origin = work - (nint)inputStart * columnBytes;
            for (var x = columns.First; x < columns.End; x++)
                RowBlender.Blend(origin, columnBytes, weights, x, result + (x - columns.First) * columnBytes, columnBytes, path);
            var end = to + target.Offset + (nint)rows.First * target.Stride + (nint)columns.First * channels;
            ByteTransposer.Transpose(result, BandRows, (columns.End - columns.First) * channels, rows.Count, end, target.Stride);
        }

        ArrayPool<byte>.Shared.Return(turned);
        ArrayPool<byte>.Shared.Return(blended);
    }
}
