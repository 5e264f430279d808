using VisionCluster.Imaging;
using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Tests.Processing;

public sealed class PillowResamplerTests
{
    private static readonly ResampleFilter[] Filters = Enum.GetValues<ResampleFilter>();

    [Fact]
    public void Resize_Window_EqualsThatPartOfTheWhole()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var source = Raster.Of(Noise(random, random.Next(1, 90), random.Next(1, 90), random.Next(2) == 0 ? 3 : 4));
            var (width, height) = (random.Next(1, 120), random.Next(1, 120));
            var (x, y) = (random.Next(width), random.Next(height));
            var window = new PixelWindow(x, y, random.Next(1, width - x + 1), random.Next(1, height - y + 1));
            var filter = Filters[random.Next(Filters.Length)];
            using var whole = PillowResampler.Resize(source, width, height, filter, new PixelWindow(0, 0, width, height));
            using var part = PillowResampler.Resize(source, width, height, filter, window);
            Assert.Equal(whole.Window(x, y, window.Width, window.Height).ToImage().Pixels, part.ToImage().Pixels);
        }
    }

    [Fact]
    public void Resize_EveryInstructionSet_SamePixels()
    {
        var random = new Random(8);
        for (var round = 0; round < 60; round++)
        {
            var source = Raster.Of(Noise(random, random.Next(1, 300), random.Next(1, 300), random.Next(2) == 0 ? 1 : 3));
            var (width, height) = (random.Next(1, 300), random.Next(1, 300));
            var filter = Filters[1 + random.Next(Filters.Length - 1)];
            var whole = new PixelWindow(0, 0, width, height);
            using var expected = PillowResampler.Resize(source, width, height, filter, whole, RowBlender.Path.Scalar);
            foreach (var path in Enum.GetValues<RowBlender.Path>().Where(RowBlender.IsSupported))
            {
                using var actual = PillowResampler.Resize(source, width, height, filter, whole, path);
                var same = actual.ToImage().Pixels.AsSpan().SequenceEqual(expected.ToImage().Pixels);
                Assert.True(same, $"{path}: {source.Width}x{source.Height} to {width}x{height}, {filter}");
            }
        }
    }

    [Fact]
    public void Resize_FlatImage_StaysFlat()
    {
        foreach (var filter in Filters)
        {
            var flat = new DecodedImage(50, 31, 3, [.. Enumerable.Repeat((byte)200, 50 * 31 * 3)]);
            Assert.All(PillowResampler.Resize(flat, 17, 90, filter).Pixels, level => Assert.Equal(200, level));
        }
    }

    [Fact]
    public void Resize_CentreOfAnEnormousImage_NeedsLittle()
    {
        var source = Raster.Of(Noise(new Random(9), 1, 16_384, 3));
        using var part = PillowResampler.Resize(source, 224, 3_670_016, ResampleFilter.Bicubic, new PixelWindow(0, 1_834_896, 224, 224));
        Assert.Equal((224, 224), (part.Width, part.Height));
    }

    internal static DecodedImage Noise(Random random, int width, int height, int channels)
    {
        var pixels = new byte[width * height * channels];
        random.NextBytes(pixels);
        return new DecodedImage(width, height, channels, pixels);
    }
}
