using Microsoft.Extensions.Time.Testing;

namespace VisionCluster.Simulation.Tests;

public sealed class SimulatedClockTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Work_OneAfterTheOther_TakesTheSum()
    {
        var clock = new SimulatedClock(_time, _time.Advance);
        var start = _time.GetTimestamp();

        clock.Work(TimeSpan.FromMilliseconds(20));
        clock.Work(TimeSpan.FromMilliseconds(30));

        Assert.Equal(TimeSpan.FromMilliseconds(50), _time.GetElapsedTime(start));
        Assert.Equal(TimeSpan.FromMilliseconds(50), clock.Busy);
    }

    [Fact]
    public void Work_SleepThatOverruns_ShortensTheNext()
    {
        var clock = new SimulatedClock(_time, length => _time.Advance(length + TimeSpan.FromMilliseconds(3)));
        var start = _time.GetTimestamp();

        for (var i = 0; i < 10; i++)
            clock.Work(TimeSpan.FromMilliseconds(20));

        Assert.InRange(_time.GetElapsedTime(start).TotalMilliseconds, 200, 203);
    }

    [Fact]
    public void Work_AfterAPause_IsNotMadeUpFor()
    {
        var clock = new SimulatedClock(_time, _time.Advance);
        clock.Work(TimeSpan.FromMilliseconds(20));
        _time.Advance(TimeSpan.FromSeconds(1));
        var start = _time.GetTimestamp();

        clock.Work(TimeSpan.FromMilliseconds(20));

        Assert.Equal(TimeSpan.FromMilliseconds(20), _time.GetElapsedTime(start));
    }

    [Fact]
    public void Work_NoLength_ReturnsAtOnce()
    {
        var clock = new SimulatedClock(_time, _ => Assert.Fail("It slept."));

        clock.Work(TimeSpan.Zero);
    }
}
