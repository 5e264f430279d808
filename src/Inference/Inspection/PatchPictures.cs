using System.Numerics.Tensors;

namespace VisionCluster.Inference.Inspection;

/// <summary>Pictures of an image's patches.</summary>
internal static class PatchPictures
{
    private const int ComponentSide = 256; // pixels of a tile, about
    private const int MinCell = 4;
    private const int MaxCell = 32;
    private const int PixelsSide = 256;

    /// <summary>The pixels that the tower sees, a white line between patches.</summary>
    public static PicturePiece Pixels(InspectedImage image)
    {
        var (grid, tiles) = (image.Grid, image.Processed.TilePixels!);
        var zoom = Math.Max(1, PixelsSide / Math.Max(grid.Rows * grid.PatchHeight, grid.Columns * grid.PatchWidth));
        var sheet = new TileSheet(grid, grid.PatchHeight * zoom, grid.PatchWidth * zoom, line: 1);
        return Piece(InspectionView.PatchGrid, image, sheet.Draw((canvas, tile, row, column, left, top) =>
        {
            var source = tiles[tile];
            for (var y = 0; y < grid.PatchHeight; y++)
            {
                for (var x = 0; x < grid.PatchWidth; x++)
                {
                    var (fromX, fromY) = ((column * grid.PatchWidth) + x, (row * grid.PatchHeight) + y);
                    if (fromX < source.Width && fromY < source.Height)
                    {
                        var at = ((fromY * source.Width) + fromX) * source.Channels;
                        canvas.Fill(left + (x * zoom), top + (y * zoom), zoom, zoom, (source.Pixels[at], source.Pixels[at + 1], source.Pixels[at + 2]));
                    }
                }
            }
        }));
    }

    /// <summary>Three components as red, green and blue, each from its smallest to its largest value over all tiles.</summary>
    public static PicturePiece Components(InspectedImage image, PrincipalComponents components)
    {
        var grid = image.Grid;
        var cell = Math.Clamp(ComponentSide / Math.Max(grid.Rows, grid.Columns), MinCell, MaxCell);
        var levels = Array.ConvertAll(components.Scores, Levels);
        var sheet = new TileSheet(grid, cell, cell, line: 0);
        return Piece(InspectionView.Pca, image, sheet.Draw((canvas, tile, row, column, left, top) =>
        {
            var patch = (tile * grid.Patches) + (row * grid.Columns) + column;
            canvas.Fill(left, top, cell, cell, (levels[0][patch], levels[1][patch], levels[2][patch]));
        })) with
        { Explained = components.Explained };
    }

    private static byte[] Levels(float[] scores)
    {
        var (least, most) = (TensorPrimitives.Min<float>(scores), TensorPrimitives.Max<float>(scores));
        return Array.ConvertAll(scores, score => most > least ? (byte)Math.Round((score - least) / (most - least) * 255) : (byte)128);
    }

    private static PicturePiece Piece(InspectionView view, InspectedImage image, Imaging.RgbCanvas canvas) =>
        new(view, image.Index, canvas.Width, canvas.Height, canvas.ToPng());
}
