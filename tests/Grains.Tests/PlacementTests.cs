using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using static VisionCluster.Grains.Tests.Commands;

namespace VisionCluster.Grains.Tests;

public sealed class PlacementTests
{
    [Fact]
    public async Task Start_WithHint_RunsOnThatSiloAndStaysThere()
    {
        await using var first = await TestSilo.StartAsync(configure: o => o.Name = "first");
        await using var second = await TestSilo.StartAsync(configure: o => (o.Name, o.PrimarySiloPort) = ("second", first.Port));
        await Eventually.TrueAsync(async () => (await first.ViewAsync()).Silos.Length == 2, "both silos report");
        var addresses = (await first.ViewAsync()).Silos.Select(s => s.Address).ToArray();

        for (var i = 0; i < 20; i++)
        {
            var (grain, command) = (first.Session($"s{i}"), Say("Hello"));
            SiloHint.Set(addresses[i % 2]);
            Assert.Equal(addresses[i % 2], (await grain.Start(command)).Silo);
            await grain.Abandon(command.RequestId, command.Caller);
            SiloHint.Set(addresses[(i + 1) % 2]); // it is somewhere already
            Assert.Equal(addresses[i % 2], (await grain.Start(Say("Again"))).Silo);
        }

        SiloHint.Set("127.0.0.1:1@1"); // gone
        Assert.Contains((await first.Session("anywhere").Start(Say("Hello"))).Silo, addresses);
    }
}
