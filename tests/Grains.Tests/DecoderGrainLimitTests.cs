using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using static VisionCluster.Grains.Tests.Commands;

namespace VisionCluster.Grains.Tests;

public sealed class DecoderGrainLimitTests
{
    [Fact]
    public async Task Generate_ConversationFull_SaysSoAndKeepsTheRest()
    {
        await using var silo = await TestSilo.StartAsync(configure: o => o.Decoder.MaxMessages = 4);
        await silo.Session("s").RunAsync(Say("1"));
        await silo.Session("s").RunAsync(Say("2"));

        var refusal = (await silo.Session("s").RunAsync(Say("3"))).Refusal();

        Assert.Equal(RefusalReason.SessionConflict, refusal.Reason);
        Assert.Contains("4 messages", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_DeviceFails_FinishesAsFailed()
    {
        await using var silo = await TestSilo.StartAsync();
        silo.Model.Runner.Failure = new InvalidOperationException("The device is on fire.");

        var events = await silo.Session("s").RunAsync(Say("1"));

        Assert.Equal(GenerationEnd.Failed, events.End());
        Assert.Equal("", events[^1].Finished!.Text);
    }

    [Fact]
    public async Task Generate_DeviceFailedOnce_SameSiloServesAgain()
    {
        await using var silo = await TestSilo.StartAsync();
        await Eventually.TrueAsync(async () => (await silo.ViewAsync()).Silos.Length == 1, "the silo reports");
        var address = (await silo.ViewAsync()).Silos.Single().Address;
        silo.Model.Runner.Failure = new InvalidOperationException("A hiccup.");
        await silo.Session("s").RunAsync(Say("1"));
        var again = Say("1");

        await Eventually.TrueAsync(
            async () =>
            {
                SiloHint.Set(address);
                return (await silo.Session("s").Start(again)).IsRunning;
            },
            "the session starts once more");

        Assert.Equal(GenerationEnd.Length, (await silo.Session("s").RunAsync(again)).End());
    }

    [Fact]
    public async Task StoreFull_ForgetsOldestConversation()
    {
        await using var silo = await TestSilo.StartAsync(configure: o => o.Decoder.ConversationStoreBytes = 0);
        var first = await silo.Session("s").RunAsync(Say("1"));
        await silo.Grains.GetGrain<Orleans.Runtime.IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        await Eventually.TrueAsync(() => silo.Model.Decoder!.Status is { SlotsIdle: 0 }, "the session leaves");

        Assert.Equal(first.Ids(), (await silo.Session("s").RunAsync(Say("1"))).Ids());
    }

    [Fact]
    public async Task PlacesOfGrains_AreRememberedUpToTheirBound()
    {
        await using var silo = await TestSilo.StartAsync(configure: o => o.Decoder.PlaceCacheEntries = 7);

        Assert.Equal(7, silo.Services.GetRequiredService<IOptions<GrainDirectoryOptions>>().Value.CacheSize);
    }
}
