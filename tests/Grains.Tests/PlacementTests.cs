using Microsoft.Extensions.DependencyInjection;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using VisionCluster.Grains.Hosting;
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

    [Fact]
    public async Task Start_WithTarget_RunsOnThatDeviceWhileItHasRoom()
    {
        await using var silo = await TestSilo.StartAsync(new FakeModelHost(slots: 2));
        await using var second = new FakeModelHost(slots: 2) { Device = "cpu:1" };
        silo.Services.GetRequiredService<ModelRegistry>().Add(second);
        silo.Model.Runner.Hold();
        second.Runner.Hold();
        var address = await AddressAsync(silo);

        Assert.Equal("cpu:1", await StartAsync("a", new DeviceTarget(address, "cpu:1")));
        Assert.Equal("cpu:1", await StartAsync("b", new DeviceTarget(address, "cpu:1")));
        await Eventually.TrueAsync(() => second.Decoder!.Status.Waiting > 0, "the second device is known to be busy");
        Assert.Equal("cpu:0", await StartAsync("c", new DeviceTarget("127.0.0.1:1@1", "cpu:1"))); // meant for another silo
        Assert.Equal("cpu:0", await StartAsync("d", null));
        silo.Model.Runner.Release();
        second.Runner.Release();

        async Task<string> StartAsync(string session, DeviceTarget? target) =>
            (await silo.Session(session).Start(Say("Hello") with { Target = target })).Device;
    }

    [Fact]
    public async Task Start_TargetIsFull_RunsOnAnother()
    {
        await using var silo = await TestSilo.StartAsync(new FakeModelHost(slots: 1));
        await using var second = new FakeModelHost(slots: 1) { Device = "cpu:1" };
        silo.Services.GetRequiredService<ModelRegistry>().Add(second);
        second.Runner.Hold();
        var target = new DeviceTarget(await AddressAsync(silo), "cpu:1");

        var devices = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            devices.Add((await silo.Session($"s{i}").Start(Say("Hello") with { Target = target })).Device);
            await Eventually.TrueAsync(() => devices[^1] == "cpu:0" || second.Runner.IsWaiting, "the second device runs");
        }

        Assert.Equal("cpu:1", devices[0]);
        Assert.Contains("cpu:0", devices);
        second.Runner.Release();
    }

    private static async Task<string> AddressAsync(TestSilo silo)
    {
        await Eventually.TrueAsync(async () => (await silo.ViewAsync()).Silos.Length == 1, "the silo reports");
        return (await silo.ViewAsync()).Silos.Single().Address;
    }
}
