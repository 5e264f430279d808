using VisionCluster.Imaging;

namespace VisionCluster.Models.Processing;

/// <summary>
/// A checkpoint's image processor (<c>preprocessor_config.json</c>), equal to the reference's bit for bit up to the final float arithmetic.
/// Implementations are immutable and thread-safe.
/// </summary>
public interface IImageProcessor
{
    /// <summary>SHA-256 (hex) over everything that shapes the result: part of every image key.</summary>
    string Digest { get; }

    /// <summary>Most tiles that one image can become: the bound for memory and for prompt length.</summary>
    int MaxTiles { get; }

    /// <exception cref="InvalidImageException">The model cannot take an image of this shape.</exception>
    ProcessedImage Process(DecodedImage image, bool keepTilePixels = false);

    /// <summary>Begins with an image that is not decoded yet, so that the two go on at the same time.</summary>
    /// <returns>Null where this processor needs the image whole.</returns>
    StreamedImage? Stream() => null;
}
