namespace VisionCluster.Models.Processing;

/// <summary>An image as the vision tower takes it.</summary>
public sealed record ProcessedImage
{
    /// <summary>Images or tiles. An Idefics3 image that was split has its tiles row by row, then the whole image last.</summary>
    public required int Tiles { get; init; }

    /// <summary>Tile height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Tile width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Normalised values, <c>[tiles, 3, height, width]</c>.</summary>
    public required float[] PixelValues { get; init; }

    /// <summary>1 on real pixels, 0 on padding, <c>[tiles, height, width]</c>; null where every pixel is real.</summary>
    public byte[]? PixelMask { get; init; }

    /// <summary>Rows of the tile grid; 0 when the image was not split.</summary>
    public int Rows { get; init; }

    /// <summary>Columns of the tile grid; 0 when the image was not split.</summary>
    public int Columns { get; init; }

    /// <summary>
    /// The uint8 pixels before rescaling and normalising, one per tile, <c>[height, width, 3]</c>: for tests and pictures.
    /// Null unless asked for.
    /// </summary>
    public IReadOnlyList<VisionCluster.Imaging.DecodedImage>? TilePixels { get; init; }

    /// <summary>Every resize that was made: (width, height, new width, new height), for tests. Null unless asked for.</summary>
    public IReadOnlyList<(int Width, int Height, int NewWidth, int NewHeight)>? Resizes { get; init; }
}
