using Microsoft.Extensions.Time.Testing;
using VisionCluster.Inference.Encoding;
using VisionCluster.Models.Processing;

namespace VisionCluster.Inference.Tests.Encoding;

public sealed class EncoderBatcherTests
{
    private static readonly EncoderBatcherOptions NoWindow = new() { BatchWindow = TimeSpan.Zero, MaxBatchTiles = 4 };

    private readonly TileRunner _runner = new();
    private readonly SemaphoreSlim _began = new(0);
    private readonly SemaphoreSlim _go = new(0);

    [Fact]
    public async Task Encode_Idle_RunsAtOnceWithoutWaiting()
    {
        // With a clock that stands still, a window would never end.
        await using var batcher = new EncoderBatcher(_runner, new() { BatchWindow = TimeSpan.FromSeconds(1) }, new FakeTimeProvider());

        var embedding = await batcher.EncodeAsync(TileRunner.Image(7, 2, masked: true), default).Or("the image was encoded");

        Assert.Equal(TileRunner.Expected(7, 2, 4), embedding);
    }

    [Fact]
    public async Task Encode_DuringARun_BatchesWhatWaitsByShapeAndMask()
    {
        await using var batcher = await BusyBatcher(NoWindow);
        Task<float[]>[] images =
        [
            batcher.EncodeAsync(TileRunner.Image(10), default),
            batcher.EncodeAsync(TileRunner.Image(20, size: 3), default),
            batcher.EncodeAsync(TileRunner.Image(30, masked: true), default),
            batcher.EncodeAsync(TileRunner.Image(40, 2), default),
            batcher.EncodeAsync(TileRunner.Image(50, size: 3), default),
        ];
        _go.Release(100);

        var embeddings = await Task.WhenAll(images).Or("all images were encoded");

        Assert.Equal([(1, 2), (3, 2), (2, 3), (1, 2)], _runner.Runs);
        Assert.Equal(
            [
                TileRunner.Expected(10), TileRunner.Expected(20), TileRunner.Expected(30, 1, 4), TileRunner.Expected(40, 2),
                TileRunner.Expected(50),
            ],
            embeddings);
    }

    [Fact]
    public async Task Encode_MoreTilesThanABatch_SplitsTheImage()
    {
        await using var batcher = await BusyBatcher(NoWindow);
        var large = batcher.EncodeAsync(TileRunner.Image(10, 9, masked: true), default);
        var small = batcher.EncodeAsync(TileRunner.Image(30, 1, masked: true), default);
        _go.Release(100);

        Assert.Equal(TileRunner.Expected(10, 9, 4), await large.Or("the large image was encoded"));
        Assert.Equal(TileRunner.Expected(30, 1, 4), await small.Or("the small image was encoded"));
        Assert.Equal([1, 4, 4, 2], _runner.Runs.Select(run => run.Tiles));
    }

    [Fact]
    public async Task Encode_PoisonousImage_FailsAlone()
    {
        await using var batcher = await BusyBatcher(NoWindow with { MaxBatchTiles = 8 });
        Task<float[]>[] images =
            [.. Enumerable.Range(0, 8).Select(i => batcher.EncodeAsync(TileRunner.Image(i == 5 ? TileRunner.Poison : i), default))];
        _go.Release(100);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => images[5].Or("the poisonous image failed"));

        Assert.Equal("poison", error.Message);
        foreach (var i in new[] { 0, 1, 2, 3, 4, 6, 7 })
            Assert.Equal(TileRunner.Expected(i), await images[i].Or($"image {i} was encoded"));
    }

    [Fact]
    public async Task Encode_PoisonousLargeImage_IsDroppedWithItsOtherTiles()
    {
        await using var batcher = await BusyBatcher(NoWindow);
        var poison = TileRunner.Image(10, 12);
        poison.PixelValues[0] = TileRunner.Poison;
        var failed = batcher.EncodeAsync(poison, default);
        _go.Release(100);

        await Assert.ThrowsAsync<InvalidOperationException>(() => failed.Or("the image failed"));
        await batcher.EncodeAsync(TileRunner.Image(5), default).Or("the next image was encoded");

        Assert.Equal([1, 4, 1], _runner.Runs.Select(run => run.Tiles));
    }

    [Fact]
    public async Task Encode_Cancelled_IsNeverRun()
    {
        await using var batcher = await BusyBatcher(NoWindow);
        using var source = new CancellationTokenSource();
        var cancelled = batcher.EncodeAsync(TileRunner.Image(10), source.Token);
        var other = batcher.EncodeAsync(TileRunner.Image(20), default);

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Or("the image was cancelled"));
        _go.Release(100);
        await other.Or("the other image was encoded");

        Assert.Equal([1, 1], _runner.Runs.Select(run => run.Tiles));
    }

    [Theory]
    [InlineData(2, long.MaxValue)]
    [InlineData(100, 2 * 48)]
    public async Task Encode_QueueFull_IsRefusedWithAHint(int maxImages, long maxBytes)
    {
        await using var batcher = await BusyBatcher(NoWindow with { MaxWaitingImages = maxImages, MaxWaitingBytes = maxBytes });
        using var source = new CancellationTokenSource();
        var first = batcher.EncodeAsync(TileRunner.Image(1), source.Token);
        var second = batcher.EncodeAsync(TileRunner.Image(2), default);

        var refused = await Assert.ThrowsAsync<EncoderQueueFullException>(() => batcher.EncodeAsync(TileRunner.Image(3), default));
        await source.CancelAsync();
        var third = batcher.EncodeAsync(TileRunner.Image(3), default);
        _go.Release(100);

        Assert.InRange(refused.RetryAfter, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60));
        await second.Or("the second image was encoded");
        await third.Or("the third image was encoded");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Or("the first image was cancelled"));
    }

    [Fact]
    public async Task Encode_Busy_WaitsForCompanyUntilTheWindowEnds()
    {
        var time = new FakeTimeProvider();
        using var waiting = new SemaphoreSlim(0);
        await using var batcher = await BusyBatcher(
            NoWindow with { BatchWindow = TimeSpan.FromMilliseconds(2), BeforeWindow = () => waiting.Release() }, time);
        var first = batcher.EncodeAsync(TileRunner.Image(1), default);
        _go.Release(100);
        waiting.Or("the batcher waits for company");
        var second = batcher.EncodeAsync(TileRunner.Image(2), default);
        time.Advance(TimeSpan.FromMilliseconds(2));

        await Task.WhenAll(first, second).Or("both images were encoded");

        Assert.Equal([1, 2], _runner.Runs.Select(run => run.Tiles));
    }

    [Fact]
    public async Task Encode_BusyAndBatchFull_DoesNotWait()
    {
        await using var batcher = await BusyBatcher(NoWindow with { BatchWindow = TimeSpan.FromMilliseconds(2) }, new FakeTimeProvider());
        var image = batcher.EncodeAsync(TileRunner.Image(1, 4), default);
        _go.Release(100);

        Assert.Equal(TileRunner.Expected(1, 4), await image.Or("the full batch ran"));
    }

    [Fact]
    public async Task Dispose_WithWaitingImages_FailsThemAndDisposesTheRunner()
    {
        var batcher = await BusyBatcher(NoWindow);
        var waiting = batcher.EncodeAsync(TileRunner.Image(1), default);
        var disposal = batcher.DisposeAsync().AsTask();
        _go.Release(100);

        await disposal.Or("the batcher was disposed");

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.Or("the waiting image failed"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => batcher.EncodeAsync(TileRunner.Image(1), default));
        Assert.True(_runner.IsDisposed);
    }

    [Fact]
    public async Task Encode_SizesDoNotFit_Throws()
    {
        await using var batcher = new EncoderBatcher(_runner, NoWindow);
        var image = TileRunner.Image(1) with { Height = 3 };
        var masked = TileRunner.Image(1) with { PixelMask = new byte[3] };

        await Assert.ThrowsAsync<ArgumentException>(() => batcher.EncodeAsync(image, default));
        await Assert.ThrowsAsync<ArgumentException>(() => batcher.EncodeAsync(masked, default));
    }

    /// <summary>A batcher whose first run, of one image, waits for <see cref="_go"/>; so does every later one.</summary>
    private async Task<EncoderBatcher> BusyBatcher(EncoderBatcherOptions options, TimeProvider? time = null)
    {
        _runner.OnRun = () =>
        {
            _began.Release();
            _go.Or("the test let a run go");
        };
        var batcher = new EncoderBatcher(_runner, options, time);
        _ = batcher.EncodeAsync(TileRunner.Image(0), default);
        await _began.WaitAsync().Or("the first run began");
        return batcher;
    }
}
