using VisionCluster.Contracts.V1;
using VisionCluster.Imaging;
using VisionCluster.Inference.Inspection;

namespace VisionCluster.Cli.Inspection;

/// <summary>Patches coloured by a value, from dark blue over green to yellow, as their tiles lie.</summary>
internal static class HeatMap
{
    private const int Side = 256; // pixels of a tile, about
    private const int MinCell = 4;
    private const int MaxCell = 32;

    // Anchors of viridis (van der Walt and Smith, 2015).
    private static readonly (double Red, double Green, double Blue)[] Colours =
        [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)];

    /// <param name="grid">The patches.</param>
    /// <param name="values"><c>[tiles, patches]</c></param>
    /// <param name="least">Shown darkest; null for the smallest value.</param>
    public static RgbCanvas Draw(Contracts.V1.PatchGrid grid, IReadOnlyList<float> values, float? least = null)
    {
        var cell = Math.Clamp(Side / (int)Math.Max(grid.Rows, grid.Columns), MinCell, MaxCell);
        var (low, high) = (least ?? values.Min(), values.Max());
        var (columns, patches) = ((int)grid.Columns, (int)(grid.Rows * grid.Columns));
        return new TileSheet(ToGrid(grid), cell, cell, line: 0).Draw((canvas, tile, row, column, left, top) =>
        {
            var value = values[(tile * patches) + (row * columns) + column];
            canvas.Fill(left, top, cell, cell, Colour(high > low ? (value - low) / (high - low) : 0));
        });
    }

    private static (byte Red, byte Green, byte Blue) Colour(double share)
    {
        var at = Math.Clamp(share, 0, 1) * (Colours.Length - 1);
        var index = Math.Min((int)at, Colours.Length - 2);
        var (from, to, part) = (Colours[index], Colours[index + 1], at - index);
        return (Mix(from.Red, to.Red), Mix(from.Green, to.Green), Mix(from.Blue, to.Blue));

        byte Mix(double a, double b) => (byte)Math.Round(a + ((b - a) * part));
    }

    private static Inference.Inspection.PatchGrid ToGrid(Contracts.V1.PatchGrid grid) => new()
    {
        Tiles = (int)grid.Tiles,
        TileRows = (int)grid.TileRows,
        TileColumns = (int)grid.TileColumns,
        Rows = (int)grid.Rows,
        Columns = (int)grid.Columns,
        PatchHeight = (int)grid.PatchHeight,
        PatchWidth = (int)grid.PatchWidth,
        ClassToken = grid.ClassToken,
    };
}
