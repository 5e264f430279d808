using System.Numerics.Tensors;
using VisionCluster.Imaging;

namespace VisionCluster.Inference.Inspection;

/// <summary>Patches coloured by three components as red, green and blue, each from its smallest to its largest value over all tiles.</summary>
public static class ComponentPicture
{
    public const int Components = 3;

    private const int Side = 256; // pixels of a tile, about
    private const int MinCell = 4;
    private const int MaxCell = 32;

    /// <param name="grid">The patches.</param>
    /// <param name="components">Three, of all patches of all tiles.</param>
    public static RgbCanvas Draw(PatchGrid grid, PrincipalComponents components)
    {
        var cell = Math.Clamp(Side / Math.Max(grid.Rows, grid.Columns), MinCell, MaxCell);
        var levels = Array.ConvertAll(components.Scores, Levels);
        return new TileSheet(grid, cell, cell, line: 0).Draw((canvas, tile, row, column, left, top) =>
        {
            var patch = (tile * grid.Patches) + (row * grid.Columns) + column;
            canvas.Fill(left, top, cell, cell, (levels[0][patch], levels[1][patch], levels[2][patch]));
        });
    }

    private static byte[] Levels(float[] scores)
    {
        var (least, most) = (TensorPrimitives.Min<float>(scores), TensorPrimitives.Max<float>(scores));
        return Array.ConvertAll(scores, score => most > least ? (byte)Math.Round((score - least) / (most - least) * 255) : (byte)128);
    }
}
