using System.Diagnostics;
using System.Text;

namespace VisionCluster.Imaging.Tests;

[Collection(MeasuredCollection.Name)]
public sealed class HostileInputTests
{
    private static readonly IImageCodec Codec = ImageCodecs.Default;

    public static TheoryData<string> Images => ImageFixture.Names;

    [Theory]
    [InlineData("")]
    [InlineData("hello, world; this is not an image at all")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>")]
    [InlineData("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("%PDF-1.7\n1 0 obj\n")]
    [InlineData("P6\n1 1\n255\nabc")]
    [InlineData("BM, they said, is the start of a bitmap, but this is a sentence")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic")]
    public void Decode_OtherType_IsRefused(string text)
    {
        var file = Encoding.Latin1.GetBytes(text);
        Assert.Throws<InvalidImageException>(() => Codec.Probe(file, ImageLimits.Default));
        Assert.Throws<InvalidImageException>(() => Codec.Decode(file, ImageLimits.Default));
    }

    [Theory]
    [InlineData("png", 30_000)]
    [InlineData("png", 12_000)]
    [InlineData("webp", 16_383)]
    public void Decode_HugeHeader_IsRefusedWithoutAllocating(string format, int side)
    {
        var file = format == "png" ? HostileFiles.PngOf(side, side) : HostileFiles.WebPOf(side);
        Codec.Probe(HostileFiles.PngOf(1, 1), ImageLimits.Default);
        var (watch, before) = (Stopwatch.StartNew(), Environment.WorkingSet);
        var error = Assert.Throws<InvalidImageException>(() => Codec.Decode(file, ImageLimits.Default));
        Assert.Contains($"{side} x {side}", error.Message);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"Refusing took {watch.Elapsed}.");
        Assert.True(Environment.WorkingSet - before < 64 << 20, $"Refusing took {(Environment.WorkingSet - before) >> 20} MiB.");
    }

    [Fact]
    public void Probe_Limits_EachNamesItsBound()
    {
        var file = HostileFiles.PngOf(40, 30);
        Assert.Equal(40, Codec.Probe(file, ImageLimits.Default).Width);
        Assert.Contains("39", Refuse(file, ImageLimits.Default with { MaxSide = 39 }));
        Assert.Contains("1199", Refuse(file, ImageLimits.Default with { MaxPixels = 1199 }));
        Assert.Contains("31", Refuse(file, ImageLimits.Default with { MinSide = 31 }));
        Assert.Contains("100", Refuse(file, ImageLimits.Default with { MaxBytes = 100 }));
        Assert.Contains("5 frames", Refuse(HostileFiles.GifOf(5), ImageLimits.Default with { MaxFrames = 4 }));
        Assert.Equal(5, Codec.Probe(HostileFiles.GifOf(5), ImageLimits.Default).Frames);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Images))]
    public void Decode_CutOffFile_IsRefusedOrWhole(string name)
    {
        var file = ImageFixture.Named(name).Bytes;
        var whole = Codec.Decode(file, ImageLimits.Default).Pixels;
        foreach (var length in new[] { 1, 8, 20, file.Length / 4, file.Length / 2, file.Length * 9 / 10, file.Length - 8, file.Length - 1 })
        {
            var cut = file[..length];
            try
            {
                // A JPEG may lack half of its end marker: nothing is missing from the picture then.
                var pixels = Codec.Decode(cut, ImageLimits.Default).Pixels;
                Assert.True(pixels.AsSpan().SequenceEqual(whole), $"{name} cut to {length} of {file.Length} bytes.");
            }
            catch (InvalidImageException)
            {
            }
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Images))]
    public void Decode_JpegWithAHole_IsRefused(string name)
    {
        var file = ImageFixture.Named(name).Bytes;
        if (file is not [0xFF, 0xD8, ..])
            return;
        byte[] early = [.. file[..(file.Length / 2)], 0xFF, 0xD9];
        Assert.Throws<InvalidImageException>(() => Codec.Decode(early, ImageLimits.Default));
    }

    private static string Refuse(byte[] file, ImageLimits limits) =>
        Assert.Throws<InvalidImageException>(() => Codec.Probe(file, limits)).Message;
}
