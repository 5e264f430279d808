using Microsoft.Extensions.DependencyInjection;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using static VisionCluster.Grains.Tests.Commands;

namespace VisionCluster.Grains.Tests;

public sealed class DeathNoticeTests
{
    [Fact]
    public async Task SiloDies_GatewaysThatFollowAnswersElsewhereHearOfIt()
    {
        var sink = new HeldSink();
        await using var first = await TestSilo.StartAsync(configure: o => o.Name = "first");
        await using var second = await TestSilo.StartAsync(configure: o => (o.Name, o.PrimarySiloPort) = ("second", first.Port));
        await Eventually.TrueAsync(async () => (await first.ViewAsync()).Silos.Length == 2, "both silos report");
        var silos = (await first.ViewAsync()).Silos;
        var (grain, command) = (first.Session("s"), Say("Hello"));
        first.Model.Runner.Hold();
        SiloHint.Set(silos.Single(s => s.Name == "first").Address);
        Assert.True((await grain.Start(command)).IsRunning);
        var call = grain.Follow(command.RequestId, -1, first.Grains.CreateObjectReference<IAnswerSink>(sink), 1);
        await Eventually.TrueAsync(() => first.Services.GetRequiredService<Decoding.AnswerPublisher>().Count == 1, "it is followed");

        await second.StopAsync();

        var address = silos.Single(s => s.Name == "second").Address;
        await Eventually.TrueAsync(() => sink.Dead.Contains(address), "the gateway hears of it");
        Assert.Equal([address], sink.Dead);
        first.Model.Runner.Release();
        await grain.Abandon(command.RequestId, command.Caller);
        await call.Within("the call ends");
    }
}
