using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Processing;

/// <summary>A resize: how large the whole would become, and the part of it that is computed.</summary>
/// <param name="Width">New width of the whole image.</param>
/// <param name="Height">New height of the whole image.</param>
/// <param name="Window">The part of the resized image that is used.</param>
internal readonly record struct ResizePlan(int Width, int Height, PixelWindow Window)
{
    public static ResizePlan Whole(int width, int height) => new(width, height, new PixelWindow(0, 0, width, height));
}
