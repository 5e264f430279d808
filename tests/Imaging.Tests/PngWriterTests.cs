namespace VisionCluster.Imaging.Tests;

public sealed class PngWriterTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(64, 80)]
    public void Encode_RandomPixels_AreReadBack(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(width).NextBytes(pixels);

        var decoded = ImageCodecs.Default.Decode(PngWriter.Encode(width, height, pixels), ImageLimits.Default);

        Assert.Equal((width, height, 3), (decoded.Width, decoded.Height, decoded.Channels));
        Assert.Equal(pixels, decoded.Pixels);
    }
}
