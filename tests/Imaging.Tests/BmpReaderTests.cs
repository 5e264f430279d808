using System.Buffers.Binary;

namespace VisionCluster.Imaging.Tests;

public sealed class BmpReaderTests
{
    [Fact]
    public void Decode_PaletteOf4Bits_LooksUpColours()
    {
        var file = Bmp(3, 1, bits: 4, compression: 0, palette: [10, 20, 30, 0, 40, 50, 60, 0], pixels: [0x10, 0x10, 0, 0]);
        Assert.Equal([60, 50, 40, 30, 20, 10, 60, 50, 40], Decode(file).Pixels);
    }

    [Fact]
    public void Decode_OneBit_ReadsHighBitFirst()
    {
        var file = Bmp(2, 1, bits: 1, compression: 0, palette: [0, 0, 0, 0, 255, 255, 255, 0], pixels: [0b0100_0000, 0, 0, 0]);
        Assert.Equal([0, 0, 0, 255, 255, 255], Decode(file).Pixels);
    }

    [Fact]
    public void Decode_TopDown_KeepsRowOrder()
    {
        var file = Bmp(1, -2, bits: 24, compression: 0, palette: [], pixels: [1, 2, 3, 0, 4, 5, 6, 0]);
        Assert.Equal([3, 2, 1, 6, 5, 4], Decode(file).Pixels);
    }

    [Fact]
    public void Decode_Rgb565Masks_ScalesToFullRange()
    {
        var file = Bmp(1, 1, bits: 16, compression: 3, palette: [0, 0xF8, 0, 0, 0xE0, 7, 0, 0, 0x1F, 0, 0, 0], pixels: [0xFF, 0xFF, 0, 0]);
        Assert.Equal([255, 255, 255], Decode(file).Pixels);
    }

    [Fact]
    public void Decode_32BitsWithoutMasks_IgnoresFourthByte()
    {
        var image = Decode(Bmp(1, 1, bits: 32, compression: 0, palette: [], pixels: [1, 2, 3, 4]));
        Assert.Equal([3, 2, 1], image.Pixels);
    }

    [Fact]
    public void Decode_RunLengths_IsRefused() =>
        Assert.Throws<InvalidImageException>(() => Decode(Bmp(1, 1, bits: 8, compression: 1, palette: [], pixels: [1, 2, 3, 4])));

    [Fact]
    public void Decode_MissingRow_IsRefused() =>
        Assert.Throws<InvalidImageException>(() => Decode(Bmp(1, 3, bits: 24, compression: 0, palette: [], pixels: [1, 2, 3, 0])));

    private static DecodedImage Decode(byte[] file) => ImageCodecs.Default.Decode(file, ImageLimits.Default);

    private static byte[] Bmp(int width, int height, int bits, int compression, byte[] palette, byte[] pixels)
    {
        var header = new byte[54];
        "BM"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(10), 54 + palette.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(28), (short)bits);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(30), compression);
        return [.. header, .. palette, .. pixels];
    }
}
