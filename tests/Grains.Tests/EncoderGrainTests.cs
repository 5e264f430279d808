using Orleans.Runtime;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using VisionCluster.TestKit;

namespace VisionCluster.Grains.Tests;

public sealed class EncoderGrainTests
{
    private static readonly byte[] Picture = File.ReadAllBytes(Path.Combine(Fixtures.EmojiVlm, "samples", "red-apple.png"));

    [Fact]
    public async Task Encode_TwoSilos_RunsWhereTheDeviceIs()
    {
        await using var first = await TestSilo.StartAsync(configure: o => o.Name = "first");
        await using var second = await TestSilo.StartAsync(configure: o => (o.Name, o.PrimarySiloPort) = ("second", first.Port));
        await Eventually.TrueAsync(async () => (await first.ViewAsync()).Silos.Length == 2, "both silos report");

        foreach (var (caller, name, owner) in new[] { (first, "second", second), (second, "first", first), (first, "first", first) })
        {
            var before = owner.Model.Encodes;
            var reply = await EncoderOf(caller, (await caller.ViewAsync()).Silos.Single(s => s.Name == name).Address)
                .Encode(new EncodeCommand($"{caller.Port} {name}", Picture, null));
            Assert.Equal(FakeModelHost.TokensPerImage, reply.Embedding!.Tokens);
            Assert.Equal(before + 1, owner.Model.Encodes);
        }
    }

    [Fact]
    public async Task Encode_UnusableOrUnplaceable_SaysWhy()
    {
        await using var silo = await TestSilo.StartAsync();
        await Eventually.TrueAsync(async () => (await silo.ViewAsync()).Silos.Length == 1, "the silo reports");
        var address = (await silo.ViewAsync()).Silos[0].Address;

        var invalid = await EncoderOf(silo, address).Encode(new EncodeCommand("k", "no picture"u8.ToArray(), null));
        Assert.Equal(RefusalReason.InvalidImage, invalid.Refusal!.Reason);

        var elsewhere = await EncoderOf(silo, address, "gone").Encode(new EncodeCommand("k", Picture, null));
        Assert.Equal(RefusalReason.Unavailable, elsewhere.Refusal!.Reason);

        await Assert.ThrowsAnyAsync<OrleansException>(
            () => EncoderOf(silo, "127.0.0.1:1@1").Encode(new EncodeCommand("k", Picture, null)));
    }

    [Fact]
    public async Task Encode_OneKeyFromManyCallers_IsOneEncoding()
    {
        const int Callers = 200;
        await using var silo = await TestSilo.StartAsync();
        await Eventually.TrueAsync(async () => (await silo.ViewAsync()).Silos.Length == 1, "the silo reports");
        var encoder = EncoderOf(silo, (await silo.ViewAsync()).Silos[0].Address);
        Assert.Null(await encoder.Recall("one"));
        silo.Model.HoldEncodes();

        var calls = Enumerable.Range(0, Callers).Select(_ => encoder.Encode(new EncodeCommand("one", Picture, null))).ToArray();
        await Eventually.TrueAsync(() => silo.Model.Encodes == 1, "the encoding starts");
        silo.Model.ReleaseEncodes();
        var replies = await Task.WhenAll(calls).Within("every caller has the embedding");

        Assert.Equal(1, silo.Model.Encodes);
        Assert.Single(replies, reply => !reply.Cached);
        Assert.Equal(replies[0].Embedding!.Values, (await encoder.Recall("one"))!.Values);
        Assert.True((await encoder.Encode(new EncodeCommand("one", Picture, null))).Cached);
        Assert.Equal(1, silo.Model.Encodes);
    }

    [Fact]
    public void EncoderKey_RoundTrips()
    {
        var key = new EncoderKey("org/model|x", "r1", "127.0.0.1:11111@42", "cpu:0");
        Assert.True(EncoderKey.TryParse(key.ToString(), out var parsed));
        Assert.Equal(key, parsed);
        Assert.False(EncoderKey.TryParse("nonsense", out _));
    }

    private static IEncoderGrain EncoderOf(TestSilo caller, string siloAddress, string model = "fake") =>
        caller.Grains.GetGrain<IEncoderGrain>(new EncoderKey(model, "r1", siloAddress, "cpu:0").ToString());
}
