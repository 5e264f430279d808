using VisionCluster.Imaging;

namespace VisionCluster.Models.Tests.Processing;

public sealed class StreamedImageTests
{
    private const string Quarters = "idefics2-8b"; // resizes parts of the whole image

    public static TheoryData<string> Configs => ProcessorFixture.Configs;

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Configs))]
    public void Finish_EveryImage_EqualsTheWholeImage(string config)
    {
        var (processor, streamed) = (ProcessorGoldenTests.Load(config), 0);
        foreach (var fixture in ProcessorFixture.Of(config).Where(fixture => fixture.Error is null))
        {
            var expected = processor.Process(fixture.FilePixels);
            using var stream = processor.Stream();
            if (ImageCodecs.Default.Decode(fixture.File, ImageLimits.Default, stream) is not null)
                continue;
            streamed++;
            var actual = stream!.Finish();
            Assert.Equal(
                (expected.Tiles, expected.Height, expected.Width, expected.Rows, expected.Columns),
                (actual.Tiles, actual.Height, actual.Width, actual.Rows, actual.Columns));
            var same = actual.PixelValues.AsSpan().SequenceEqual(expected.PixelValues)
                && actual.PixelMask.AsSpan().SequenceEqual(expected.PixelMask);
            Assert.True(same, $"{config}, {fixture.Image}");
        }

        Assert.True(config == Quarters ? streamed == 0 : streamed >= 15, $"{config}: {streamed} images were streamed.");
    }
}
