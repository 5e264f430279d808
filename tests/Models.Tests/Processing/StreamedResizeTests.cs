using VisionCluster.Models.Processing;
using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Tests.Processing;

public sealed class StreamedResizeTests
{
    private static readonly ResampleFilter[] Filters = [.. Enum.GetValues<ResampleFilter>().Except([ResampleFilter.Nearest])];
    private static readonly RowBlender.Path[] Paths = [.. Enum.GetValues<RowBlender.Path>().Where(RowBlender.IsSupported)];

    [Fact]
    public void Finish_AnySizeWindowAndStrips_EqualsResizeOfTheWhole()
    {
        var (random, streamed) = (new Random(11), 0);
        for (var round = 0; round < 150; round++)
        {
            var (width, height) = (random.Next(1, 400), random.Next(1, 400));
            var (newWidth, newHeight) = (random.Next(1, 200), random.Next(1, 500));
            var (x, y) = (random.Next(newWidth), random.Next(newHeight));
            var window = new PixelWindow(x, y, random.Next(1, newWidth - x + 1), random.Next(1, newHeight - y + 1));
            var plan = round % 2 == 0 ? ResizePlan.Whole(newWidth, newHeight) : new ResizePlan(newWidth, newHeight, window);
            streamed += Check(random, width, height, plan) ? 1 : 0;
        }

        Assert.True(streamed > 80, $"Only {streamed} of 150 resizes begin with a horizontal pass.");
    }

    [Theory]
    [InlineData(1, 2, 7, 9)]
    [InlineData(2, 1, 1, 5)]
    [InlineData(1, 1, 64, 64)]
    [InlineData(3, 64, 2, 65)]
    [InlineData(3, 65, 2, 63)]
    [InlineData(4_001, 129, 77, 50)]
    [InlineData(5, 1_000, 900, 1_001)]
    public void Finish_EdgeSizes_EqualsResizeOfTheWhole(int width, int height, int newWidth, int newHeight) =>
        Assert.True(Check(new Random(12), width, height, ResizePlan.Whole(newWidth, newHeight)));

    [Theory]
    [InlineData(10, 10, 10, 20)] // no horizontal pass
    [InlineData(10, 10, 20, 10)] // no vertical pass
    [InlineData(20, 200, 19, 20)] // vertical first
    public void TryStart_NotHorizontalFirst_WantsTheWhole(int width, int height, int newWidth, int newHeight) =>
        Assert.Null(StreamedResize.TryStart(width, height, ResampleFilter.Lanczos, ResizePlan.Whole(newWidth, newHeight)));

    [Fact]
    public void TryStart_Nearest_WantsTheWhole() =>
        Assert.Null(StreamedResize.TryStart(30, 30, ResampleFilter.Nearest, ResizePlan.Whole(10, 10)));

    [Fact]
    public void Finish_RowsAreMissing_Throws()
    {
        using var resize = StreamedResize.TryStart(40, 300, ResampleFilter.Lanczos, ResizePlan.Whole(20, 270))!;
        resize.Add(new byte[299 * 40 * 3]);
        Assert.Contains("299", Assert.Throws<InvalidOperationException>(() => resize.Finish()).Message);
    }

    [Fact]
    public void Dispose_InTheMiddle_LeavesOthersAlone()
    {
        var random = new Random(13);
        for (var rows = 0; rows < 600; rows += 50)
        {
            using (var abandoned = StreamedResize.TryStart(300, 700, ResampleFilter.Lanczos, ResizePlan.Whole(150, 420))!)
                abandoned.Add(new byte[rows * 300 * 3]);
            Assert.True(Check(random, 300, 700, ResizePlan.Whole(150, 420)));
        }
    }

    // False where the resize wants the image whole.
    private static bool Check(Random random, int width, int height, ResizePlan plan)
    {
        var image = PillowResamplerTests.Noise(random, width, height, 3);
        var filter = Filters[random.Next(Filters.Length)];
        using var whole = PillowResampler.Resize(Raster.Of(image), plan.Width, plan.Height, filter, plan.Window, RowBlender.Path.Scalar);
        var expected = whole.ToImage().Pixels;
        foreach (var path in Paths)
        {
            using var resize = StreamedResize.TryStart(width, height, filter, plan, path);
            if (resize is null)
                return false;
            for (var row = 0; row < height;)
            {
                var rows = Math.Min(random.Next(1, 100), height - row);
                resize.Add(image.Pixels.AsSpan(row * width * 3, rows * width * 3));
                row += rows;
            }

            var same = resize.Finish().ToImage().Pixels.AsSpan().SequenceEqual(expected);
            Assert.True(same, $"{path}: {width}x{height} to {plan}, {filter}");
        }

        return true;
    }
}
