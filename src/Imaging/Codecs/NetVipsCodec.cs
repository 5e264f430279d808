using System.Runtime.InteropServices;
using NetVips;

namespace VisionCluster.Imaging.Codecs;

/// <summary>
/// libvips, opened lazily: the header is held against the limits before a pixel is decoded, pixels come in strips on the calling thread.
/// The loader is chosen by the sniffed type; every other loader of the library is blocked.
/// </summary>
internal sealed class NetVipsCodec : IImageCodec
{
    /// <summary>Pixels taken from libvips at once: small enough to stay off the large object heap.</summary>
    private const int StripBytes = 64 << 10;

    // A damaged JPEG or GIF is only a warning to libvips; its missing part would become grey pixels.
    private static readonly Dictionary<ImageFormat, (string Loader, Func<byte[], Image> Open)> Loaders = new()
    {
        [ImageFormat.Jpeg] = ("Jpeg", file => Image.JpegloadBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Warning)),
        [ImageFormat.Png] = ("Png", file => Image.PngloadBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error)),
        [ImageFormat.Gif] = ("Nsgif", file => Image.GifloadBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Warning)),
        [ImageFormat.WebP] = ("Webp", file => Image.WebploadBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error)),
        [ImageFormat.Tiff] = ("Tiff", file => Image.TiffloadBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error)),
    };

    private static readonly Log.LogDelegate Silence = static (_, _, _) => { };

    static NetVipsCodec()
    {
        if (!ModuleInitializer.VipsInitialized)
            throw new InvalidOperationException("libvips could not be loaded for this platform.", ModuleInitializer.Exception);
        Cache.Max = 0;
        NetVips.NetVips.Concurrency = 1;
        NetVips.NetVips.BlockUntrusted = true;
        Operation.Block("VipsForeignLoad", true);
        foreach (var (loader, _) in Loaders.Values)
            Operation.Block($"VipsForeignLoad{loader}Buffer", false);
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, Silence);
    }

    public ImageInfo Probe(ReadOnlyMemory<byte> file, ImageLimits limits)
    {
        var format = ImageSniffer.Sniff(file.Span, limits);
        if (format == ImageFormat.Bmp)
            return ImageBounds.Check(BmpReader.ReadInfo(file.Span), limits);
        using var image = Open(format, file);
        return ImageBounds.Check(Describe(format, image, file.Span), limits);
    }

    public DecodedImage Decode(ReadOnlyMemory<byte> file, ImageLimits limits) => Decode(file, limits, null)!;

    public DecodedImage? Decode(ReadOnlyMemory<byte> file, ImageLimits limits, IRowReceiver? receiver)
    {
        var format = ImageSniffer.Sniff(file.Span, limits);
        if (format == ImageFormat.Bmp)
        {
            ImageBounds.Check(BmpReader.ReadInfo(file.Span), limits);
            return BmpReader.Decode(file.Span);
        }

        using var image = Open(format, file);
        var info = ImageBounds.Check(Describe(format, image, file.Span), limits);
        var complete = format switch
        {
            ImageFormat.Png => PngStructure.IsComplete(file.Span),
            ImageFormat.Gif => GifStructure.Read(file.Span).IsComplete,
            _ => true,
        };
        if (!complete)
            throw Damaged(format, null);
        try
        {
            var orientation = image.Contains("orientation") ? (int)image.Get("orientation") : 1;
            if (receiver is not null && !info.HasAlpha && Upright.IsUpright(orientation) && receiver.TryBegin(info.Width, info.Height))
            {
                ReadRows(image, 3, receiver);
                return null;
            }

            var whole = new PixelCollector(info.Width, info.Height, info.HasAlpha ? 4 : 3);
            ReadRows(image, info.HasAlpha ? 4 : 3, whole);
            return Upright.Turn(whole.Image, orientation);
        }
        catch (VipsException e)
        {
            throw Damaged(format, e);
        }
    }

    private static Image Open(ImageFormat format, ReadOnlyMemory<byte> file)
    {
        var whole = MemoryMarshal.TryGetArray(file, out var segment) && segment.Array!.Length == file.Length;
        var bytes = whole ? segment.Array! : file.ToArray();
        try
        {
            return Loaders[format].Open(bytes);
        }
        catch (VipsException e)
        {
            throw Damaged(format, e);
        }
    }

    private static ImageInfo Describe(ImageFormat format, Image image, ReadOnlySpan<byte> file)
    {
        var cmyk = image.Interpretation == Enums.Interpretation.Cmyk;
        var known = image.Format is Enums.BandFormat.Uchar or Enums.BandFormat.Ushort
            && image.Interpretation is Enums.Interpretation.Srgb or Enums.Interpretation.Rgb or Enums.Interpretation.Rgb16
                or Enums.Interpretation.Bw or Enums.Interpretation.Grey16 or Enums.Interpretation.Cmyk
            && image.Bands <= 4;
        if (!known)
            throw new InvalidImageException($"The {format} image is neither gray, RGB nor CMYK of 8 or 16 bits; save it as 8-bit RGB.");
        var hasAlpha = !cmyk && image.Bands is 2 or 4 && (format != ImageFormat.Gif || GifStructure.Read(file).FirstFrameIsTransparent);
        return new ImageInfo(format, image.Width, image.Height, image.Contains("n-pages") ? (int)image.Get("n-pages") : 1, hasAlpha);
    }

    private static void ReadRows(Image image, int channels, IRowReceiver receiver)
    {
        var (width, height, bands) = (image.Width, image.Height, image.Bands);
        var wide = image.Format == Enums.BandFormat.Ushort;
        var cmyk = image.Interpretation == Enums.Interpretation.Cmyk;
        using var region = Region.New(image);
        var stripRows = Math.Max(1, StripBytes / (width * bands * (wide ? 2 : 1)));
        var converted = bands == channels && !cmyk ? [] : new byte[stripRows * width * channels];
        for (var y = 0; y < height; y += stripRows)
        {
            var rows = Math.Min(stripRows, height - y);
            var strip = region.Fetch(0, y, width, rows).AsSpan();
            if (wide)
            {
                // In place: a sample's high byte never lies after the place that it is moved to.
                BandConverter.NarrowTo8(strip, strip[..(strip.Length / 2)]);
                strip = strip[..(strip.Length / 2)];
            }

            if (converted.Length > 0)
            {
                var target = converted.AsSpan(0, rows * width * channels);
                BandConverter.Convert(strip, bands, cmyk, target, channels);
                strip = target;
            }

            receiver.Add(strip);
        }
    }

    private static InvalidImageException Damaged(ImageFormat format, Exception? inner) =>
        new($"The {format} file is damaged, cut off or of an unusual kind; send the whole file, or save it again as PNG or JPEG.", inner);
}

/// <summary>Makes this build's codec; the file of the other library, which is not compiled, has its own.</summary>
internal static class CodecFactory
{
    public static IImageCodec Create() => new NetVipsCodec();
}
