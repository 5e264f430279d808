using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using VisionCluster.Shared;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class SingleFlightTests
{
    [Fact]
    public async Task Generate_OneUncachedPictureEightTimesAtOnce_IsEncodedOnce()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost());
        server.Model.HoldEncodes();
        var request = Ask(Picture(Picture()), Text("Together"));
        var answers = Enumerable.Range(0, 8).Select(_ => server.AskAsync(request)).ToList();
        await Eventually.TrueAsync(() => server.Model.Encodes == 1, "the picture is being encoded");

        using var impatient = server.Client.Generate(request);
        await server.RunningAsync(9);
        impatient.Dispose();
        await server.RunningAsync(8);
        server.Model.ReleaseEncodes();

        var all = await Task.WhenAll(answers);
        Assert.Equal(1, server.Model.Encodes);
        Assert.All(all, a => Assert.Equal(all[0].Ids, a.Ids));
        Assert.Equal(1, all.Sum(a => a.Finished.Usage.ImagesEncoded));
        Assert.Equal(7, all.Sum(a => a.Finished.Usage.ImagesCached));
    }

    [Fact]
    public async Task RunAsync_FirstCallerGivesUp_OthersStillGetTheValue()
    {
        var flights = new SingleFlight<string, int>();
        var value = new TaskCompletionSource<int>();
        using var first = new CancellationTokenSource();
        var started = 0;
        Task<int> Work(CancellationToken token)
        {
            Interlocked.Increment(ref started);
            return value.Task.WaitAsync(token);
        }

        var gone = flights.RunAsync("a", Work, first.Token);
        var stays = flights.RunAsync("a", Work, CancellationToken.None);
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        value.SetResult(7);

        Assert.Equal((7, true), await stays.Within("the work completes"));
        Assert.Equal(1, started);
        Assert.Equal(0, flights.Count);
    }

    [Fact]
    public async Task RunAsync_LastCallerGivesUp_WorkIsCancelled()
    {
        var flights = new SingleFlight<string, int>();
        var cancelled = new TaskCompletionSource();
        using var caller = new CancellationTokenSource();
        var entered = new TaskCompletionSource();
        var gone = flights.RunAsync(
            "a",
            async token =>
            {
                using var registration = token.Register(cancelled.SetResult);
                entered.SetResult();
                await Task.Delay(Timeout.Infinite, token);
                return 0;
            },
            caller.Token);
        await entered.Task.Within("the work starts");

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await cancelled.Task.Within("the work is cancelled");
        Assert.Equal(0, flights.Count);
    }
}
