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
    public async Task Encode_WhatAnotherSiloHasEncoded_TakesItFromTheSharedStore()
    {
        var cache = new FakeCache();
        await using var first = await TestSilo.StartAsync(shared: cache);
        await using var second = await TestSilo.StartAsync(shared: cache);
        await using var third = await TestSilo.StartAsync(shared: cache);
        var encoders = new List<IEncoderGrain>();
        foreach (var silo in new[] { first, second, third })
        {
            await Eventually.TrueAsync(async () => (await silo.ViewAsync()).Silos.Length == 1, "the silo reports");
            encoders.Add(EncoderOf(silo, (await silo.ViewAsync()).Silos[0].Address));
        }

        Assert.Null(await encoders[2].Recall("k"));
        var encoded = await encoders[0].Encode(new EncodeCommand("k", Picture, null));
        await Eventually.TrueAsync(() => cache.Keys.Count == 1, "it is kept");
        var found = await encoders[1].Encode(new EncodeCommand("k", Picture, null));
        cache.IsAway = true;
        var held = await encoders[1].Recall("k");
        cache.IsAway = false;

        Assert.Equal((false, true), (encoded.Cached, found.Cached));
        Assert.Equal((1, 0), (first.Model.Encodes, second.Model.Encodes));
        Assert.Equal(encoded.Embedding!.Values, found.Embedding!.Values);
        Assert.Equal(encoded.Embedding.Values, held!.Values);
        Assert.Equal(encoded.Embedding.Values, (await encoders[2].Recall("k"))!.Values);
    }

    [Fact]
    public async Task Encode_SharedStoreAwayOrHanging_Encodes()
    {
        var cache = new FakeCache { IsAway = true };
        await using var silo = await TestSilo.StartAsync(shared: cache);
        await Eventually.TrueAsync(async () => (await silo.ViewAsync()).Silos.Length == 1, "the silo reports");
        var encoder = EncoderOf(silo, (await silo.ViewAsync()).Silos[0].Address);

        Assert.NotNull((await encoder.Encode(new EncodeCommand("away", Picture, null))).Embedding);
        (cache.IsAway, cache.Hangs) = (false, true);
        Assert.NotNull((await encoder.Encode(new EncodeCommand("hangs", Picture, null)).Within("the store is given up")).Embedding);
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
