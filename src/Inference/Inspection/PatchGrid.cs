namespace VisionCluster.Inference.Inspection;

/// <summary>An image's tiles, and the patches of each.</summary>
public sealed record PatchGrid
{
    public required int Tiles { get; init; }

    /// <summary>Grid of tiles; 0 when the image is not cut. The last tile is then the whole image.</summary>
    public required int TileRows { get; init; }

    public required int TileColumns { get; init; }

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required int PatchHeight { get; init; }

    public required int PatchWidth { get; init; }

    /// <summary>Whether sequences begin with a class token.</summary>
    public required bool ClassToken { get; init; }

    public int Patches => Rows * Columns;

    /// <summary>Rows of a hidden state.</summary>
    public int Sequence => Patches + (ClassToken ? 1 : 0);
}
