namespace VisionCluster.Imaging;

/// <summary>Holds a header against <see cref="ImageLimits"/>, before any pixel is decoded.</summary>
internal static class ImageBounds
{
    /// <returns><paramref name="info"/>, which keeps every bound.</returns>
    public static ImageInfo Check(ImageInfo info, ImageLimits limits)
    {
        var (width, height) = (info.Width, info.Height);
        if (width < 1 || height < 1)
            throw new InvalidImageException("The image has no pixels; send one that is at least 1 pixel wide and high.");
        if (width > limits.MaxSide || height > limits.MaxSide)
            throw new InvalidImageException($"The image is {width} x {height} pixels; sides of up to {limits.MaxSide} are allowed.");
        if ((long)width * height > limits.MaxPixels)
            throw new InvalidImageException(
                $"The image is {width} x {height} pixels; at most {limits.MaxPixels} in all are allowed, so make it smaller.");
        if (width < limits.MinSide || height < limits.MinSide)
            throw new InvalidImageException($"The image is {width} x {height} pixels; each side needs at least {limits.MinSide}.");
        if (info.Frames > limits.MaxFrames)
            throw new InvalidImageException($"The image has {info.Frames} frames; {limits.MaxFrames} are allowed, so send one frame.");
        return info;
    }
}
