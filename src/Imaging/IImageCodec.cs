namespace VisionCluster.Imaging;

/// <summary>
/// The one door to an image library. Implementations: libvips (default) and ImageSharp (<c>-p:ImageCodec=ImageSharp</c>).
/// All methods throw <see cref="InvalidImageException"/> with a sentence that says what to change.
/// </summary>
public interface IImageCodec
{
    /// <summary>Sniffs the type and reads the header only; enforces every bound of <paramref name="limits"/>.</summary>
    ImageInfo Probe(ReadOnlyMemory<byte> file, ImageLimits limits);

    /// <summary>Probes, then decodes the first frame to 8-bit RGB or RGBA. ICC profiles and gamma chunks are ignored.</summary>
    DecodedImage Decode(ReadOnlyMemory<byte> file, ImageLimits limits);

    /// <summary>
    /// Like <see cref="Decode(ReadOnlyMemory{byte}, ImageLimits)"/>, but gives the rows to <paramref name="receiver"/> while it decodes,
    /// where they come upright and without alpha. A file that turns out damaged throws after some of its rows were given.
    /// </summary>
    /// <returns>Null when the receiver got every row; else the whole image, and the receiver got none.</returns>
    DecodedImage? Decode(ReadOnlyMemory<byte> file, ImageLimits limits, IRowReceiver? receiver) => Decode(file, limits);
}
