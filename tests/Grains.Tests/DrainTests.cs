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
}
