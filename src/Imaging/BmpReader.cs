using System.Buffers.Binary;
using System.Numerics;

namespace VisionCluster.Imaging;

/// <summary>
/// Reads uncompressed Windows bitmaps: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits, bit fields.
/// The packaged libvips has no BMP loader. Alpha is kept only where a mask declares it, as Pillow does.
/// </summary>
internal static class BmpReader
{
    private const int FileHeaderLength = 14;
    private const int CoreHeaderLength = 12;
    private const int InfoHeaderLength = 40;
    private const int Uncompressed = 0;
    private const int BitFields = 3;
    private const int AlphaBitFields = 6;

    private readonly record struct Header(
        int Width, int Height, bool TopDown, int Bits, int PixelOffset, int PaletteOffset, int PaletteEntryLength, uint[] Masks)
    {
        public int Stride => (int)(((long)Width * Bits + 31) / 32 * 4);

        public int Channels => Masks.Length == 4 && Masks[3] != 0 ? 4 : 3;
    }

    public static bool Matches(ReadOnlySpan<byte> file) =>
        file.StartsWith("BM"u8) && file.Length >= FileHeaderLength + CoreHeaderLength
        && BinaryPrimitives.ReadInt32LittleEndian(file[FileHeaderLength..]) is CoreHeaderLength or (>= InfoHeaderLength and <= 124);

    public static ImageInfo ReadInfo(ReadOnlySpan<byte> file)
    {
        var header = ReadHeader(file);
        return new ImageInfo(ImageFormat.Bmp, header.Width, header.Height, Frames: 1, header.Channels == 4);
    }

    /// <summary>Decodes a file whose <see cref="ReadInfo"/> was held against the limits.</summary>
    public static DecodedImage Decode(ReadOnlySpan<byte> file)
    {
        var header = ReadHeader(file);
        var (width, height, channels) = (header.Width, header.Height, header.Channels);
        if (header.PixelOffset < FileHeaderLength || header.PixelOffset + (long)header.Stride * height > file.Length)
            throw Damaged();
        var palette = header.Bits <= 8 ? ReadPalette(file, header) : [];
        var pixels = GC.AllocateUninitializedArray<byte>(width * height * channels);
        for (var y = 0; y < height; y++)
        {
            var stored = header.TopDown ? y : height - 1 - y;
            var source = file.Slice(header.PixelOffset + stored * header.Stride, header.Stride);
            var target = pixels.AsSpan(y * width * channels, width * channels);
            if (header.Bits <= 8)
                ReadIndexed(source, target, header.Bits, palette);
            else
                ReadMasked(source, target, header);
        }

        return new DecodedImage(width, height, channels, pixels);
    }

    private static Header ReadHeader(ReadOnlySpan<byte> file)
    {
        var pixelOffset = BinaryPrimitives.ReadInt32LittleEndian(file[10..]);
        var info = file[FileHeaderLength..];
        var length = BinaryPrimitives.ReadInt32LittleEndian(info);
        if (info.Length < length)
            throw Damaged();
        int width, height, bits, compression;
        if (length == CoreHeaderLength)
        {
            width = BinaryPrimitives.ReadUInt16LittleEndian(info[4..]);
            height = BinaryPrimitives.ReadUInt16LittleEndian(info[6..]);
            (bits, compression) = (BinaryPrimitives.ReadUInt16LittleEndian(info[10..]), Uncompressed);
        }
        else
        {
            width = BinaryPrimitives.ReadInt32LittleEndian(info[4..]);
            height = BinaryPrimitives.ReadInt32LittleEndian(info[8..]);
            (bits, compression) = (BinaryPrimitives.ReadUInt16LittleEndian(info[14..]), BinaryPrimitives.ReadInt32LittleEndian(info[16..]));
        }

        var masked = compression is BitFields or AlphaBitFields;
        if ((!masked && compression != Uncompressed) || !(masked ? bits is 16 or 32 : bits is 1 or 4 or 8 or 16 or 24 or 32))
            throw new InvalidImageException("The BMP file is compressed or has an unusual depth; save it as PNG.");
        var masks = masked ? ReadMasks(info, length, compression) : bits == 16 ? [0x7C00, 0x3E0, 0x1F] : [0xFF0000, 0xFF00, 0xFF];
        return new Header(
            width, height == int.MinValue ? 0 : Math.Abs(height), height < 0, bits, pixelOffset,
            FileHeaderLength + length, length == CoreHeaderLength ? 3 : 4, masks);
    }

    // The masks are part of longer headers, and follow the 40-byte one: the same place in both cases.
    private static uint[] ReadMasks(ReadOnlySpan<byte> info, int headerLength, int compression)
    {
        var masks = new uint[headerLength >= 56 || compression == AlphaBitFields ? 4 : 3];
        if (info.Length < InfoHeaderLength + 4 * masks.Length)
            throw Damaged();
        for (var i = 0; i < masks.Length; i++)
            masks[i] = BinaryPrimitives.ReadUInt32LittleEndian(info[(InfoHeaderLength + 4 * i)..]);
        return masks;
    }

    private static byte[] ReadPalette(ReadOnlySpan<byte> file, Header header)
    {
        var palette = new byte[3 << header.Bits];
        for (var i = 0; i < 1 << header.Bits; i++)
        {
            var offset = header.PaletteOffset + i * header.PaletteEntryLength;
            if (offset + header.PaletteEntryLength > header.PixelOffset || offset + 3 > file.Length)
                break; // a short palette: the other entries stay black
            (palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]) = (file[offset + 2], file[offset + 1], file[offset]);
        }

        return palette;
    }

    private static void ReadIndexed(ReadOnlySpan<byte> source, Span<byte> target, int bits, byte[] palette)
    {
        var mask = (1 << bits) - 1;
        for (int x = 0, t = 0; t < target.Length; x++, t += 3)
        {
            var bit = x * bits;
            var index = (source[bit >> 3] >> (8 - bits - (bit & 7))) & mask;
            palette.AsSpan(3 * index, 3).CopyTo(target[t..]);
        }
    }

    private static void ReadMasked(ReadOnlySpan<byte> source, Span<byte> target, Header header)
    {
        var step = header.Bits / 8;
        for (int s = 0, t = 0; t < target.Length; s += step)
        {
            uint value = step switch
            {
                2 => BinaryPrimitives.ReadUInt16LittleEndian(source[s..]),
                3 => (uint)(source[s] | source[s + 1] << 8 | source[s + 2] << 16),
                _ => BinaryPrimitives.ReadUInt32LittleEndian(source[s..]),
            };
            for (var channel = 0; channel < header.Channels; channel++, t++)
            {
                var mask = header.Masks[channel];
                var shift = BitOperations.TrailingZeroCount(mask);
                target[t] = mask == 0 ? (byte)0 : (byte)((ulong)((value & mask) >> shift) * 255 / (mask >> shift));
            }
        }
    }

    private static InvalidImageException Damaged() => new("The BMP file is damaged or cut off; send the whole file.");
}
