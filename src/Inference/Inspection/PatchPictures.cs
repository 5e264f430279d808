namespace VisionCluster.Inference.Inspection;

/// <summary>Pictures of an image's patches.</summary>
internal static class PatchPictures
{
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

    /// <summary>Three components as red, green and blue.</summary>
    public static PicturePiece Components(InspectedImage image, PrincipalComponents components) =>
        Piece(InspectionView.Pca, image, ComponentPicture.Draw(image.Grid, components)) with { Explained = components.Explained };

    private static PicturePiece Piece(InspectionView view, InspectedImage image, Imaging.RgbCanvas canvas) =>
        new(view, image.Index, canvas.Width, canvas.Height, canvas.ToPng());
}
