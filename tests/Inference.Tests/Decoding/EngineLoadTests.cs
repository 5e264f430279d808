using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class EngineLoadTests
{
    [Fact]
    public async Task Load_WhileOthersWait_SumsThemByTenantAndPriority()
    {
        using var go = new ManualResetEventSlim();
        using var began = new SemaphoreSlim(0);
        var options = new DecodeEngineOptions
        {
            BeforeStep = _ =>
            {
                began.Release();
                go.Wait();
            },
        };
        await using var engine = new DecodeEngine(new HistoryRunner(1, 64), options);
        var first = engine.Start(Engines.Request([1, 2, 3], 4));
        began.Or("the first began");
        Generation[] others =
        [
            engine.Start(Ask("a", 1, 0)), engine.Start(Ask("a", 1, 0)), engine.Start(Ask("b", 3, 0)), engine.Start(Ask("b", 3, 7)),
        ];

        var waiting = engine.Load.Waiting.Where(w => w.Owner.Tenant.Length > 0).ToArray();
        go.Set();
        await Task.WhenAll(others.Append(first).Select(g => g.Result)).Or("all ended");

        Assert.Equal(
            [
                new WaitingWork(new WorkOwner("a", 1), 0, 2, 4, 10),
                new WaitingWork(new WorkOwner("b", 3), 0, 1, 2, 5),
                new WaitingWork(new WorkOwner("b", 3), 7, 1, 2, 5),
            ],
            waiting);
        Assert.Equal([0, 1, 2, 3, 4], others.Prepend(first).Select(g => g.Number));
        var load = engine.Load;
        Assert.Empty(load.Waiting);
        Assert.Equal(5, load.Submitted);
        Assert.True(load is { PrefillTokensPerSecond: > 0, DecodeTokensPerSecond: > 0, MeanOutputTokens: > 4 and < 5 }, load.ToString());

        static GenerationRequest Ask(string tenant, double weight, int priority) =>
            Engines.Request([1, 2], 5) with { Tenant = tenant, TenantWeight = weight, Priority = priority };
    }

    [Fact]
    public void Speed_LargestCompany_Counts()
    {
        var speed = new EngineSpeed();
        speed.Decoded(TimeSpan.FromSeconds(1), 1);
        speed.Decoded(TimeSpan.FromSeconds(1), 40);
        speed.Decoded(TimeSpan.FromSeconds(1), 1);

        Assert.Equal(40, speed.DecodeTokensPerSecond);
    }

    [Theory]
    [InlineData(2, 10, 0.99)] // ten short steps say little
    [InlineData(2, 1_500, 0.77)] // four seconds of them all
    [InlineData(400, 20, 0.80)] // of long ones it takes twenty
    public void Speed_BecomesThreeQuarters_IsNoticedWithinASecondOrTwo(int milliseconds, int steps, double expected)
    {
        var (speed, step) = (new EngineSpeed(), TimeSpan.FromMilliseconds(milliseconds));
        for (var i = 0; i < 5_000; i++)
            speed.Decoded(step, 16);
        var before = speed.DecodeTokensPerSecond;

        for (var i = 0; i < steps; i++)
            speed.Decoded(step / 0.75, 16);

        Assert.Equal(expected, speed.DecodeTokensPerSecond / before, 0.03);
    }
}
