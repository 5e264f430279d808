namespace VisionCluster.Imaging;

/// <summary>
/// The one door to an image library. Implementations: libvips (default) and ImageSharp (<c>-p:ImageCodec=ImageSharp</c>).
/// Both methods throw <see cref="InvalidImageException"/> with a sentence that says what to change.
/// </summary>
public interface IImageCodec
{
    /// <summary>Sniffs the type and reads the header only; enforces every bound of <paramref name="limits"/>.</summary>
    ImageInfo Probe(ReadOnlyMemory<byte> file, ImageLimits limits);

    /// <summary>Probes, then decodes the first frame to 8-bit RGB or RGBA. ICC profiles and gamma chunks are ignored.</summary>
    DecodedImage Decode(ReadOnlyMemory<byte> file, ImageLimits limits);
}
