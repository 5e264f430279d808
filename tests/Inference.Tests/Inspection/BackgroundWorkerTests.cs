using VisionCluster.Inference.Inspection;

namespace VisionCluster.Inference.Tests.Inspection;

public sealed class BackgroundWorkerTests
{
    [Fact]
    public async Task RunAsync_MoreThanMayWait_RefusesAndRunsOneAtATime()
    {
        await using var worker = new BackgroundWorker("test", 1, TimeSpan.FromSeconds(3));
        using var release = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        var running = worker.RunAsync(
            () =>
            {
                started.Set();
                release.Wait();
                return 1;
            },
            default);
        Assert.True(started.Wait(TimeSpan.FromSeconds(30)), "The work did not start.");
        var waiting = worker.RunAsync(() => 2, default);

        var full = await Assert.ThrowsAsync<InspectionQueueFullException>(() => worker.RunAsync(() => 3, default));

        Assert.Equal(TimeSpan.FromSeconds(3), full.RetryAfter);
        Assert.False(waiting.IsCompleted, "Two pieces of work ran at once.");
        release.Set();
        Assert.Equal((1, 2), (await running, await waiting));
    }

    [Fact]
    public async Task RunAsync_WorkThatThrows_FaultsItsCallerOnly()
    {
        await using var worker = new BackgroundWorker("test", 4, TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<FormatException>(() => worker.RunAsync<int>(() => throw new FormatException(), default));

        Assert.Equal(5, await worker.RunAsync(() => 5, default));
    }
}
