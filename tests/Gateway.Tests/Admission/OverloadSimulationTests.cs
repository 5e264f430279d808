namespace VisionCluster.Gateway.Tests.Admission;

/// <summary>The policy under load, in virtual time: the same every time.</summary>
public sealed class OverloadSimulationTests
{
    private const double Seconds = 120;
    private const double Objective = 4;
    private static readonly TimeSpan MaxQueueTime = TimeSpan.FromSeconds(30);

    [Fact]
    public void Goodput_TenTimesTheLoad_StaysNearItsPeak()
    {
        var goodput = new[] { 0.5, 1, 2, 5, 10 }.Select(load =>
        {
            var run = new OverloadSimulation([1], gateways: 2, MaxQueueTime);
            return run.Run([load * run.Capacity], Seconds, Objective).Good[0] / Seconds;
        }).ToArray();

        Assert.InRange(goodput[0], 9, 11);
        Assert.True(goodput[^1] >= 0.9 * goodput.Max(), string.Join(' ', goodput));
        Assert.True(goodput.Max() >= 18, string.Join(' ', goodput));
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(190, 10 * 1.9)] // who shouts loudest gets no more
    [InlineData(30, 170)]
    public void Share_TwoTenantsOfWeightsOneAndThree_IsByWeight(double light, double heavy)
    {
        var run = new OverloadSimulation([1, 3], gateways: 2, MaxQueueTime).Run([light, heavy], Seconds, Objective);

        Assert.InRange(run.Good[0] / (double)run.Good.Sum(), 0.22, 0.28);
    }

    [Fact]
    public void Share_TenantThatAsksForLess_GetsAllThatItAsksFor()
    {
        var run = new OverloadSimulation([1, 1], gateways: 2, MaxQueueTime).Run([200, 4], Seconds, Objective);

        Assert.InRange(run.Good[1] / Seconds, 3.5, 4.5);
        Assert.True(run.Good.Sum() / Seconds >= 18);
    }

    [Fact]
    public void Wait_TenTimesTheLoad_StaysNearTheBound()
    {
        var run = new OverloadSimulation([1, 1, 1, 1], gateways: 3, MaxQueueTime).Run([50, 50, 50, 50], Seconds, Objective);

        Assert.All(run.Good, good => Assert.InRange(good / (double)run.Good.Sum(), 0.22, 0.28));
        Assert.InRange(run.LongestWait, 0, 2 * Objective);
    }
}
