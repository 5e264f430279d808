namespace VisionCluster.Imaging;

/// <summary>What the header says, read without decoding a pixel. Sides are as stored, before EXIF orientation.</summary>
public sealed record ImageInfo(ImageFormat Format, int Width, int Height, int Frames, bool HasAlpha);

/// <summary>File types that are taken; a type not listed here is refused before a decoder sees it.</summary>
public enum ImageFormat
{
    Jpeg,
    Png,
    Gif,
    WebP,
    Bmp,
    Tiff,
}
