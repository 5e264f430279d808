using PatchGrid = VisionCluster.Inference.Inspection.PatchGrid;

namespace VisionCluster.Cli.Inspection;

/// <summary>Patch grids as the drawing code takes them.</summary>
internal static class Grids
{
    public static PatchGrid Of(Contracts.V1.PatchGrid grid) => new()
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

    /// <summary>Where a patch lies, by its number among all tiles'.</summary>
    public static string Place(PatchGrid grid, int patch)
    {
        var (tile, index) = Math.DivRem(patch, grid.Patches);
        var place = $"row {index / grid.Columns}, column {index % grid.Columns}";
        return grid.Tiles == 1 ? place : $"tile {tile + 1}, {place}";
    }
}
