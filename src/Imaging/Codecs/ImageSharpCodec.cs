using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using SharpImage = SixLabors.ImageSharp.Image;

namespace VisionCluster.Imaging.Codecs;

/// <summary>
/// ImageSharp 3.1, managed throughout: for builds that must not carry a native library. Its licence is the builder's to check.
/// </summary>
internal sealed class ImageSharpCodec : IImageCodec
{
    private static readonly DecoderOptions FirstFrame = new() { MaxFrames = 1 };

    public ImageInfo Probe(ReadOnlyMemory<byte> file, ImageLimits limits)
    {
        var format = ImageSniffer.Sniff(file.Span, limits);
        return Guard(format, () =>
        {
            var header = SharpImage.Identify(file.Span);
            var alpha = header.PixelType.AlphaRepresentation is not (null or PixelAlphaRepresentation.None);
            var frames = Math.Max(1, header.FrameMetadataCollection.Count);
            return ImageBounds.Check(new ImageInfo(format, header.Width, header.Height, frames, alpha), limits);
        });
    }

    public DecodedImage Decode(ReadOnlyMemory<byte> file, ImageLimits limits)
    {
        var info = Probe(file, limits);
        return Guard(info.Format, () => info.HasAlpha ? Load<Rgba32>(file, 4) : Load<Rgb24>(file, 3));
    }

    private static DecodedImage Load<TPixel>(ReadOnlyMemory<byte> file, int channels)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        using var image = SharpImage.Load<TPixel>(FirstFrame, file.Span);
        image.Mutate(operation => operation.AutoOrient());
        var pixels = GC.AllocateUninitializedArray<byte>(image.Width * image.Height * channels);
        image.CopyPixelDataTo(pixels);
        return new DecodedImage(image.Width, image.Height, channels, pixels);
    }

    private static T Guard<T>(ImageFormat format, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not InvalidImageException)
        {
            throw new InvalidImageException(
                $"The {format} file is damaged, cut off or of an unusual kind; send the whole file, or save it again as PNG or JPEG.", e);
        }
    }
}

/// <summary>Makes this build's codec; the file of the other library, which is not compiled, has its own.</summary>
internal static class CodecFactory
{
    public static IImageCodec Create() => new ImageSharpCodec();
}
