namespace VisionCluster.Imaging;

/// <summary>Names a file's type by its first bytes, so that a decoder never sees anything but the six types that are taken.</summary>
internal static class ImageSniffer
{
    /// <exception cref="InvalidImageException">The file is empty, larger than the bound, or of another type.</exception>
    public static ImageFormat Sniff(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        if (file.IsEmpty)
            throw new InvalidImageException("The image is empty; send the bytes of an image file.");
        if (file.Length > limits.MaxBytes)
            throw new InvalidImageException($"The image has {file.Length} bytes; {limits.MaxBytes} are allowed, so send a smaller file.");
        return TryMatch(file) ?? throw new InvalidImageException(
            "The file is not an image of a supported type; send JPEG, PNG, GIF, WebP, BMP or TIFF.");
    }

    private static ImageFormat? TryMatch(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ImageFormat.Jpeg;
        if (file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            return ImageFormat.Png;
        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8))
            return ImageFormat.Gif;
        if (file.Length >= 16 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBPVP8"u8))
            return ImageFormat.WebP;
        if (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8))
            return ImageFormat.Tiff;
        return BmpReader.Matches(file) ? ImageFormat.Bmp : null;
    }
}
