namespace VisionCluster.Models.Processing.Resampling;

/// <summary>Crops and pads of the reference processors.</summary>
internal static class CanvasOperations
{
    /// <summary>
    /// First place of a centred crop along one axis; negative where the image is smaller, and the places before 0 are padding
    /// (<c>center_crop</c> of transformers' <c>image_transforms.py</c>).
    /// </summary>
    public static int CropStart(int size, int crop) => (size - crop) >> 1;

    /// <summary>The centre of an image, with zeros where it is smaller than the crop.</summary>
    public static Raster CentreCrop(Raster image, int width, int height)
    {
        var (x, y) = (CropStart(image.Width, width), CropStart(image.Height, height));
        if (x >= 0 && y >= 0)
            return image.Window(x, y, width, height);
        var (left, top) = (Math.Max(x, 0), Math.Max(y, 0));
        var part = image.Window(left, top, Math.Min(image.Width, x + width) - left, Math.Min(image.Height, y + height) - top);
        return Place(part, left - x, top - y, width, height, [0, 0, 0]);
    }

    /// <summary>A canvas of one colour with the image at (<paramref name="x"/>, <paramref name="y"/>).</summary>
    public static Raster Place(Raster image, int x, int y, int width, int height, ReadOnlySpan<byte> fill)
    {
        var canvas = Raster.Rent(width, height, image.Channels);
        for (var row = 0; row < height; row++)
        {
            var target = canvas.Row(row);
            if (row < y || row >= y + image.Height || image.Width < width)
            {
                for (var i = 0; i < target.Length; i += image.Channels)
                    fill[..image.Channels].CopyTo(target[i..]);
            }

            if (row >= y && row < y + image.Height)
                image.Row(row - y).CopyTo(target[(x * image.Channels)..]);
        }

        return canvas;
    }

    /// <summary>Pads the shorter side on both ends, the odd pixel last (LLaVA's <c>pad_to_square</c>).</summary>
    public static Raster PadToSquare(Raster image, ReadOnlySpan<byte> fill)
    {
        var side = Math.Max(image.Width, image.Height);
        return Place(image, (side - image.Width) / 2, (side - image.Height) / 2, side, side, fill);
    }
}
