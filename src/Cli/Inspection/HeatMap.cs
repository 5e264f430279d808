using VisionCluster.Imaging;
using VisionCluster.Inference.Inspection;

namespace VisionCluster.Cli.Inspection;

/// <summary>Patches coloured by a value, from dark blue over green to yellow, as their tiles lie.</summary>
internal static class HeatMap
{
    private const int Side = 256; // pixels of a tile, about
    private const int MinCell = 4;
    private const int MaxCell = 32;

    private static readonly (byte Red, byte Green, byte Blue) Marker = (230, 30, 30);

    // Anchors of viridis (van der Walt and Smith, 2015).
    private static readonly (double Red, double Green, double Blue)[] Colours =
        [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)];

    /// <param name="grid">The patches.</param>
    /// <param name="values"><c>[tiles, patches]</c></param>
    /// <param name="least">Shown darkest; null for the smallest value.</param>
    /// <param name="marked">A patch of the first tile to draw a frame around.</param>
    public static RgbCanvas Draw(PatchGrid grid, IReadOnlyList<float> values, float? least = null, int? marked = null)
    {
        var cell = Math.Clamp(Side / Math.Max(grid.Rows, grid.Columns), MinCell, MaxCell);
        var (low, high) = (least ?? values.Min(), values.Max());
        return new TileSheet(grid, cell, cell, line: 0).Draw((canvas, tile, row, column, left, top) =>
        {
            var (patch, frame) = ((row * grid.Columns) + column, Math.Max(1, cell / 8));
            var colour = Colour(values[(tile * grid.Patches) + patch], low, high);
            if (tile == 0 && patch == marked)
            {
                canvas.Fill(left, top, cell, cell, Marker);
                canvas.Fill(left + frame, top + frame, cell - (2 * frame), cell - (2 * frame), colour);
            }
            else
            {
                canvas.Fill(left, top, cell, cell, colour);
            }
        });
    }

    /// <summary>The colour of a value between two others.</summary>
    public static (byte Red, byte Green, byte Blue) Colour(float value, float low, float high)
    {
        var at = high > low ? Math.Clamp((value - low) / (double)(high - low), 0, 1) * (Colours.Length - 1) : 0;
        var index = Math.Min((int)at, Colours.Length - 2);
        var (from, to, part) = (Colours[index], Colours[index + 1], at - index);
        return (Mix(from.Red, to.Red), Mix(from.Green, to.Green), Mix(from.Blue, to.Blue));

        byte Mix(double a, double b) => (byte)Math.Round(a + ((b - a) * part));
    }
}
