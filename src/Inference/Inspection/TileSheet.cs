using VisionCluster.Imaging;

namespace VisionCluster.Inference.Inspection;

/// <summary>
/// A picture of an image's patches: tiles as they lie, then the whole image to their right. Each patch is a cell, with a line around each
/// where asked.
/// </summary>
internal sealed class TileSheet(PatchGrid grid, int cellHeight, int cellWidth, int line)
{
    private const int TileGap = 6;

    private readonly int _tileHeight = (grid.Rows * (cellHeight + line)) + line;
    private readonly int _tileWidth = (grid.Columns * (cellWidth + line)) + line;

    /// <param name="paint">Paints a patch: tile, row, column, and the cell's left and upper edge.</param>
    public RgbCanvas Draw(Action<RgbCanvas, int, int, int, int, int> paint)
    {
        var cut = grid.TileRows > 0;
        var (rows, columns) = cut ? (grid.TileRows, grid.TileColumns) : (1, grid.Tiles);
        var width = (columns * (_tileWidth + TileGap)) + (cut ? _tileWidth : -TileGap);
        var canvas = new RgbCanvas(width, (rows * (_tileHeight + TileGap)) - TileGap);
        for (var tile = 0; tile < grid.Tiles; tile++)
        {
            var whole = cut && tile == rows * columns;
            var left = (whole ? columns : tile % columns) * (_tileWidth + TileGap);
            var top = whole ? 0 : tile / columns * (_tileHeight + TileGap);
            for (var patch = 0; patch < grid.Patches; patch++)
            {
                var (row, column) = Math.DivRem(patch, grid.Columns);
                paint(canvas, tile, row, column, left + line + (column * (cellWidth + line)), top + line + (row * (cellHeight + line)));
            }
        }

        return canvas;
    }
}
