namespace VisionCluster.Imaging.Tests;

public sealed class RowReceiverTests
{
    private static readonly IImageCodec Codec = ImageCodecs.Default;

    public static TheoryData<string> Images => ImageFixture.Names;

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Images))]
    public void Decode_Fixture_RowsAreThoseOfTheWholeImage(string name)
    {
        var file = ImageFixture.Named(name).Bytes;
        var expected = Codec.Decode(file, ImageLimits.Default);
        var rows = new Collector();
        var whole = Codec.Decode(file, ImageLimits.Default, rows);
        Assert.Equal(whole is null, rows.Began);
        if (whole is null)
            Assert.Equal((expected.Width, expected.Height, 3), (rows.Width, rows.Height, expected.Channels));
        Assert.True(expected.Pixels.AsSpan().SequenceEqual(whole?.Pixels ?? [.. rows.Pixels]));
    }

    [Theory(SkipTestWithoutData = true)]
    [InlineData("jpeg_large.jpg", true)]
    [InlineData("jpeg_gray.jpg", true)]
    [InlineData("jpeg_cmyk.jpg", true)]
    [InlineData("png_rgb16.png", true)]
    [InlineData("jpeg_exif6.jpg", false)] // rows are to become columns
    [InlineData("png_rgba_partial.png", false)]
    [InlineData("bmp_24.bmp", false)]
    public void Decode_Receiver_GetsUprightRowsWithoutAlpha(string name, bool streamed)
    {
        var rows = new Collector();
        Codec.Decode(ImageFixture.Named(name).Bytes, ImageLimits.Default, rows);

        // ImageSharp decodes every image whole.
        Assert.Equal(streamed && Codec.GetType().Name == "NetVipsCodec", rows.Began);
    }

    [Fact]
    public void Decode_ReceiverRefuses_ReturnsTheWholeImage()
    {
        var rows = new Collector { Takes = false };
        var whole = Codec.Decode(ImageFixture.Named("jpeg_420.jpg").Bytes, ImageLimits.Default, rows);
        Assert.NotNull(whole);
        Assert.Empty(rows.Pixels);
    }

    [Fact]
    public void Decode_BeyondALimit_NeverBegins()
    {
        var rows = new Collector();
        var file = ImageFixture.Named("jpeg_large.jpg").Bytes;
        Assert.Throws<InvalidImageException>(() => Codec.Decode(file, ImageLimits.Default with { MaxPixels = 100 }, rows));
        Assert.False(rows.Began);
    }

    [Fact]
    public void Decode_CutOffJpeg_SaysTheSameAsWithoutReceiver()
    {
        var file = ImageFixture.Named("jpeg_large.jpg").Bytes;
        foreach (var length in new[] { 30, file.Length / 4, file.Length / 2, file.Length - 40 })
        {
            var rows = new Collector();
            var whole = Assert.Throws<InvalidImageException>(() => Codec.Decode(file[..length], ImageLimits.Default));
            var error = Assert.Throws<InvalidImageException>(() => Codec.Decode(file[..length], ImageLimits.Default, rows));
            Assert.Equal(whole.Message, error.Message);
        }
    }

    [Fact]
    public void Decode_ReceiverThrows_EndsWithItsException()
    {
        var file = ImageFixture.Named("jpeg_large.jpg").Bytes;
        var rows = new Collector { ThrowsAfter = 20 };
        Assert.SkipUnless(Codec.GetType().Name == "NetVipsCodec", "ImageSharp decodes every image whole.");
        Assert.Throws<OperationCanceledException>(() => Codec.Decode(file, ImageLimits.Default, rows));
        Assert.InRange(rows.Pixels.Count, 1, rows.Width * (rows.Height - 1) * 3);
        Assert.Equal(rows.Width, Codec.Decode(file, ImageLimits.Default).Width);
    }

    private sealed class Collector : IRowReceiver
    {
        public bool Takes { get; init; } = true;

        public int? ThrowsAfter { get; init; } // rows

        public bool Began { get; private set; }

        public int Width { get; private set; }

        public int Height { get; private set; }

        public List<byte> Pixels { get; } = [];

        public bool TryBegin(int width, int height)
        {
            Assert.False(Began);
            (Began, Width, Height) = (Takes, width, height);
            return Takes;
        }

        public void Add(ReadOnlySpan<byte> rows)
        {
            Assert.Equal(0, rows.Length % (Width * 3));
            Pixels.AddRange(rows);
            if (Pixels.Count / (Width * 3) >= ThrowsAfter)
                throw new OperationCanceledException("The receiver has enough.");
        }
    }
}
