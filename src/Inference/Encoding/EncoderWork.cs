using VisionCluster.Models.Processing;

namespace VisionCluster.Inference.Encoding;

/// <summary>The unit of an encoder's work: a patch of 16 by 16 pixels, the same for all models and shapes.</summary>
internal static class EncoderWork
{
    private const double PatchPixels = 16 * 16;

    public static double PatchesPerTile(this ProcessedImage image) => image.Height * (double)image.Width / PatchPixels;
}
