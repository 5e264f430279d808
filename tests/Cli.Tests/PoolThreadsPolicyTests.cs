using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Tests;

public sealed class PoolThreadsPolicyTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(0.2);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(16, 8)]
    public void After_NothingWaits_EndsAtHalfTheCores(int cores, int fewest)
    {
        var policy = new PoolThreadsPolicy(cores);

        Assert.Equal(fewest, Said(policy, 1_000).Last());
    }

    [Fact]
    public void After_Calm_OneLessASecond()
    {
        var policy = new PoolThreadsPolicy(8);

        Assert.Empty(Said(policy, PoolThreadsPolicy.CalmItems - 1));
        Assert.Equal([7, 6], Said(policy, 2 * PoolThreadsPolicy.CalmItems));
    }

    [Fact]
    public void After_LongWaits_TwiceAsManyEachTimeUpToTheCores()
    {
        var policy = new PoolThreadsPolicy(6);
        Said(policy, 1_000);

        Assert.Equal(6, policy.After(PoolThreadsPolicy.Long)); // from 3
        Assert.Null(policy.After(PoolThreadsPolicy.Long));
        Assert.Null(policy.After(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void After_LongWaitNowAndThen_StaysAtTheCores()
    {
        var policy = new PoolThreadsPolicy(2);

        for (var i = 0; i < 10; i++)
        {
            Assert.Empty(Said(policy, PoolThreadsPolicy.CalmItems - 1));
            Assert.Null(policy.After(PoolThreadsPolicy.Long));
        }
    }

    [Fact]
    public void After_OneLessIsMissed_TriesAgainAfterTwiceTheTimeUpToAMinute()
    {
        var policy = new PoolThreadsPolicy(2);
        int[] expected = [1, 2, 4, 8, 16, 32, 64, 64];

        foreach (var seconds in expected)
        {
            Assert.Empty(Said(policy, (seconds * PoolThreadsPolicy.CalmItems) - 1));
            Assert.Equal([1], Said(policy, 1));
            Assert.Equal(2, policy.After(PoolThreadsPolicy.Long));
        }
    }

    [Fact]
    public void After_OneLessWasEnoughForASecond_LaterWaitsAreNoReasonToHesitate()
    {
        var policy = new PoolThreadsPolicy(2);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, Said(policy, 2 * PoolThreadsPolicy.CalmItems).Last());
            policy.After(PoolThreadsPolicy.Long);
        }

        Assert.Equal([1], Said(policy, PoolThreadsPolicy.CalmItems));
    }

    [Fact]
    public void After_FewestAlready_SaysItAgain()
    {
        var policy = new PoolThreadsPolicy(2);
        Said(policy, PoolThreadsPolicy.CalmItems);

        Assert.Equal([1, 1], Said(policy, 2 * PoolThreadsPolicy.CalmItems)); // the runtime may have added some meanwhile
    }

    private static List<int> Said(PoolThreadsPolicy policy, int items) =>
        [.. Enumerable.Range(0, items).Select(_ => policy.After(Short)).OfType<int>()];
}
