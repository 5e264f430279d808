using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using VisionCluster.Grains.Hosting;
using static VisionCluster.Grains.Tests.Commands;

namespace VisionCluster.Grains.Tests;

public sealed class DrainTests
{
    [Fact]
    public async Task Stop_WhileGenerating_LetsItFinishAndRefusesNewOnes()
    {
        await using var silo = await TestSilo.StartAsync(configure: o => o.DrainTimeout = Eventually.Limit);
        silo.Model.Runner.Hold();
        var running = silo.Session("running").RunAsync(Say("Hello"));
        await Eventually.TrueAsync(() => silo.Model.Runner.IsWaiting, "the generation runs");

        var stopping = silo.StopAsync();
        await Eventually.TrueAsync(
            async () => (await silo.ViewAsync()).Silos.Any(s => s.Draining), "the directory shows that the silo drains");
        Assert.Equal(RefusalReason.Unavailable, (await silo.Session("new").RunAsync(Say("Hello"))).Refusal().Reason);

        silo.Model.Runner.Release();
        Assert.Equal(GenerationEnd.Length, (await running).End());
        await stopping.Within("the silo stops");
    }

    [Fact]
    public async Task DrainAsync_CompletesWithTheLastExit()
    {
        var gate = new DrainGate();
        Assert.True(gate.TryEnter());
        Assert.True(gate.TryEnter());
        gate.Exit();

        var drained = gate.DrainAsync();
        Assert.False(gate.TryEnter());
        Assert.False(drained.IsCompleted);
        gate.Exit();

        await drained.Within("the gate drains");
    }

    [Fact]
    public async Task HandOver_Many_GoOneAfterTheOther()
    {
        var (gate, time, moved) = (new DrainGate(), new FakeTimeProvider(), new ConcurrentQueue<int>());
        for (var i = 0; i < 4; i++)
        {
            var number = i;
            gate.OnHandOver(() => moved.Enqueue(number));
        }

        gate.OnHandOver(() => moved.Enqueue(-1)).Dispose(); // ended by itself
        var handing = gate.HandOverAsync(time);
        Assert.Equal([0], moved);
        for (var told = 2; told <= 4; told++)
        {
            time.Advance(DrainGate.LongestPause);
            await Eventually.TrueAsync(() => moved.Count == told, $"{told} are told");
        }

        await handing.Within("all are told");
        Assert.Equal([0, 1, 2, 3], moved);
        gate.OnHandOver(() => moved.Enqueue(4));
        Assert.Equal(4, moved.Last()); // too late to wait for a turn
    }

    [Fact]
    public async Task HandOver_Hundreds_TakeNoLongerThanAFew()
    {
        var (gate, time, moved) = (new DrainGate(), new FakeTimeProvider(), 0);
        for (var i = 0; i < 300; i++)
            gate.OnHandOver(() => Interlocked.Increment(ref moved));

        var handing = gate.HandOverAsync(time);
        var passed = TimeSpan.Zero;
        for (var step = TimeSpan.FromMilliseconds(10); passed < DrainGate.HandOverTime; passed += step)
        {
            var before = moved;
            time.Advance(step);
            await Eventually.TrueAsync(() => moved > before || handing.IsCompleted, "the next one goes");
        }

        await handing.Within("all are told");
        Assert.Equal(300, moved);
    }
}
