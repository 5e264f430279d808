using System.Numerics.Tensors;
using VisionCluster.Imaging;
using VisionCluster.Inference.Inspection;

namespace VisionCluster.Cli.Inspection;

/// <summary>
/// How alike positions are (Dosovitskiy et al., 2021, figure 7): for each position a small map of its cosines to all others, in the place
/// of that position. The mean over positions, and with it the bias, is taken off first.
/// </summary>
internal static class PositionSheet
{
    /// <summary>Beyond, the sheet would be larger than a screen: its area grows with the square of the positions.</summary>
    public const int MaxPositions = 1_024;

    private const int Side = 512; // pixels of the sheet, about
    private const int Gap = 2;

    /// <param name="grid">The patches.</param>
    /// <param name="positions"><c>[patches, hidden]</c></param>
    /// <param name="hidden">Width.</param>
    public static RgbCanvas Draw(PatchGrid grid, ReadOnlySpan<float> positions, int hidden)
    {
        var (cosines, patches) = (Cosines(positions, hidden, grid.Patches), grid.Patches);
        var cell = Math.Max(1, Side / (Math.Max(grid.Rows, grid.Columns) * Math.Max(grid.Rows, grid.Columns)));
        var (height, width) = ((grid.Rows * cell) + Gap, (grid.Columns * cell) + Gap);
        var (least, canvas) = (TensorPrimitives.Min<float>(cosines), new RgbCanvas((grid.Columns * width) - Gap, (grid.Rows * height) - Gap));
        for (var position = 0; position < patches; position++)
        {
            var (left, top) = (position % grid.Columns * width, position / grid.Columns * height);
            for (var other = 0; other < patches; other++)
            {
                var (row, column) = Math.DivRem(other, grid.Columns);
                canvas.Fill(left + (column * cell), top + (row * cell), cell, cell, HeatMap.Colour(cosines[(position * patches) + other], least, 1));
            }
        }

        return canvas;
    }

    private static float[] Cosines(ReadOnlySpan<float> positions, int hidden, int count)
    {
        var (centred, mean, cosines) = (positions.ToArray(), new float[hidden], new float[count * count]);
        for (var i = 0; i < count; i++)
        {
            TensorPrimitives.MultiplyAdd(positions.Slice(i * hidden, hidden), 1f / count, mean, mean);
        }

        for (var i = 0; i < count; i++)
        {
            var row = centred.AsSpan(i * hidden, hidden);
            TensorPrimitives.Subtract(row, mean, row);
            TensorPrimitives.Divide(row, Math.Max(TensorPrimitives.Norm<float>(row), float.Epsilon), row);
        }

        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                cosines[(i * count) + j] = TensorPrimitives.Dot<float>(centred.AsSpan(i * hidden, hidden), centred.AsSpan(j * hidden, hidden));
            }
        }

        return cosines;
    }
}
