namespace VisionCluster.Imaging;

/// <summary>Turns stored pixels upright, as EXIF 2.3 tag 0x0112 (orientation) says.</summary>
internal static class Upright
{
    /// <summary>Whether stored pixels need no turning; unknown orientations count as 1.</summary>
    public static bool IsUpright(int orientation) => orientation is < 2 or > 8;

    /// <param name="image">Pixels as stored.</param>
    /// <param name="orientation">1 to 8; anything else counts as 1.</param>
    public static DecodedImage Turn(DecodedImage image, int orientation)
    {
        if (IsUpright(orientation))
            return image;
        var (width, height, channels) = (image.Width, image.Height, image.Channels);
        var transposed = orientation >= 5;
        var (newWidth, newHeight) = transposed ? (height, width) : (width, height);

        // Source place of output (x, y) is origin + x * stepX + y * stepY, counted in pixels.
        var mirrorX = orientation is 2 or 3 or 7 or 8;
        var mirrorY = orientation is 3 or 4 or 6 or 7;
        var origin = (mirrorX ? width - 1 : 0) + (mirrorY ? height - 1 : 0) * width;
        var alongX = mirrorX ? -1 : 1;
        var alongY = mirrorY ? -width : width;
        var (stepX, stepY) = transposed ? (alongY, alongX) : (alongX, alongY);

        var source = image.Pixels;
        var target = GC.AllocateUninitializedArray<byte>(source.Length);
        for (int y = 0, t = 0; y < newHeight; y++)
        {
            for (int x = 0, s = (origin + y * stepY) * channels; x < newWidth; x++, s += stepX * channels, t += channels)
            {
                target[t] = source[s];
                target[t + 1] = source[s + 1];
                target[t + 2] = source[s + 2];
                if (channels == 4)
                    target[t + 3] = source[s + 3];
            }
        }

        return new DecodedImage(newWidth, newHeight, channels, target);
    }
}
