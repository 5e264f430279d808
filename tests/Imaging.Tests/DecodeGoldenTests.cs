using System.Security.Cryptography;

namespace VisionCluster.Imaging.Tests;

[Trait("Category", "Golden")]
public sealed class DecodeGoldenTests
{
    private const int LossyLevels = 4;

    public static TheoryData<string> Images => ImageFixture.Names;

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Images))]
    public void Decode_Fixture_MatchesReference(string file)
    {
        var fixture = ImageFixture.Named(file);
        var image = ImageCodecs.Default.Decode(fixture.Bytes, ImageLimits.Default);

        Assert.Equal((fixture.UprightWidth, fixture.UprightHeight, fixture.HasAlpha ? 4 : 3), (image.Width, image.Height, image.Channels));
        if (!fixture.Lossy && fixture.ScaledAlternative is null)
            Assert.Equal(fixture.DecodeSha256, Convert.ToHexStringLower(SHA256.HashData(image.Pixels)));

        var expected = ImageCodecs.Default.Decode(fixture.ExpectedBytes, ImageLimits.Default).Pixels;
        var allowed = fixture.Lossy ? LossyLevels : 0;
        for (var i = 0; i < expected.Length; i++)
        {
            if (Math.Abs(expected[i] - image.Pixels[i]) > allowed)
            {
                var (y, x) = Math.DivRem(i / image.Channels, image.Width);
                Assert.Fail($"{file}: channel {i % image.Channels} of ({x}, {y}) is {image.Pixels[i]}, not {expected[i]}.");
            }
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Images))]
    public void Decode_ReferencePng_MatchesItsHash(string file)
    {
        var fixture = ImageFixture.Named(file);
        var bytes = File.ReadAllBytes(Path.Combine(ImageFixture.Folder, "decode", fixture.Decode));
        var pixels = ImageCodecs.Default.Decode(bytes, ImageLimits.Default).Pixels;
        Assert.Equal(fixture.DecodeSha256, Convert.ToHexStringLower(SHA256.HashData(pixels)));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Images))]
    public void Probe_Fixture_ReadsHeader(string file)
    {
        var fixture = ImageFixture.Named(file);
        var expected = new ImageInfo(
            Enum.Parse<ImageFormat>(fixture.Format, ignoreCase: true), fixture.Width, fixture.Height, fixture.Frames, fixture.HasAlpha);
        Assert.Equal(expected, ImageCodecs.Default.Probe(fixture.Bytes, ImageLimits.Default));
    }
}
