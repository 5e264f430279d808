using System.Buffers;
using VisionCluster.Imaging;

namespace VisionCluster.Models.Processing.Resampling;

/// <summary>
/// 8-bit pixels inside a buffer, channels interleaved: a whole image, or a window of one. A raster that rented its buffer gives it back
/// when disposed, so windows of it must not outlive it.
/// </summary>
internal sealed class Raster(byte[] buffer, int offset, int stride, int width, int height, int channels, bool rented = false) : IDisposable
{
    public byte[] Buffer { get; } = buffer;

    public int Offset { get; } = offset;

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride { get; } = stride;

    public int Width { get; } = width;

    public int Height { get; } = height;

    public int Channels { get; } = channels;

    public static Raster Of(DecodedImage image) =>
        new(image.Pixels, 0, image.Width * image.Channels, image.Width, image.Height, image.Channels);

    /// <summary>Pixels of unknown content.</summary>
    public static Raster Rent(int width, int height, int channels) =>
        new(ArrayPool<byte>.Shared.Rent(checked(width * height * channels)), 0, width * channels, width, height, channels, rented: true);

    public Span<byte> Row(int y) => Buffer.AsSpan(Offset + y * Stride, Width * Channels);

    /// <summary>The same memory, a part of the image.</summary>
    public Raster Window(int x, int y, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(x + width, Width, nameof(width));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(y + height, Height, nameof(height));
        return new Raster(Buffer, Offset + y * Stride + x * Channels, Stride, width, height, Channels);
    }

    public DecodedImage ToImage()
    {
        var pixels = GC.AllocateUninitializedArray<byte>(Width * Height * Channels);
        for (var y = 0; y < Height; y++)
            Row(y).CopyTo(pixels.AsSpan(y * Width * Channels));
        return new DecodedImage(Width, Height, Channels, pixels);
    }

    public void Dispose()
    {
        if (rented)
            ArrayPool<byte>.Shared.Return(Buffer);
        rented = false;
    }
}
