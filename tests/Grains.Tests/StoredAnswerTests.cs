using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using VisionCluster.Grains.Decoding;
using static VisionCluster.Grains.Tests.Commands;

namespace VisionCluster.Grains.Tests;

/// <summary>An answer goes on from what the cluster's store has of it, when everybody who knew of it is gone.</summary>
public sealed class StoredAnswerTests
{
    private const int Tokens = 200;
    private readonly FakeCache _cache = new();

    [Theory]
    [InlineData(0f)]
    [InlineData(4f)]
    public async Task Recover_AtAnotherSilo_GoesOnToTheSameAnswer(float temperature)
    {
        await using var twin = await TestSilo.StartAsync();
        await using var dead = await TestSilo.StartAsync(shared: _cache);
        await using var next = await TestSilo.StartAsync(shared: _cache);
        var command = Long("Hello") with { Sampling = new SamplingParameters { Temperature = temperature, Seed = 7, LogProbs = true } };
        var expected = await twin.Session("s").RunAsync(command);
        dead.Model.Runner.Hold();
        dead.Model.Runner.Allow(100);
        Assert.True((await dead.Session("s").Start(command)).IsRunning);
        await Eventually.TrueAsync(async () => (await dead.Session("s").Read(command.RequestId, 98)).Tokens.Length > 0, "98 tokens are there");

        var stored = (await next.Session("s").Recover(command.RequestId))!;
        var rest = await next.Session("s").RunAsync(stored with { Caller = Guid.NewGuid() });

        Assert.InRange(stored.Answered.Length, 64, 100); // of those that the runner was allowed
        Assert.Equal(1, stored.Deaths);
        Assert.Equal(expected.Ids(), rest.Ids());
        Assert.Equal(expected[^1].Finished!.Text, rest[^1].Finished!.Text);
        Assert.Equal(Next(await twin.Session("s").RunAsync(Long("More"))), Next(await next.Session("s").RunAsync(Long("More"))));
        dead.Model.Runner.Release();

        static string Next(List<GenerationEvent> events) => string.Join(' ', events.Ids());
    }

    [Fact]
    public async Task Recover_WhatIsNotToBeStartedAgain_IsNull()
    {
        await using var silo = await TestSilo.StartAsync(shared: _cache);
        await using var other = await TestSilo.StartAsync(shared: _cache);
        silo.Model.Runner.Hold();
        var (grain, command) = (silo.Session("s"), Long("Hello"));
        Assert.Null(await grain.Recover(command.RequestId)); // never asked
        Assert.True((await grain.Start(command)).IsRunning);
        await Eventually.TrueAsync(() => _cache.Keys.Count == 1, "it is kept");
        Assert.Null(await grain.Recover(command.RequestId)); // it runs
        Assert.Null(await other.Session("s").Recover("another"));
        Assert.NotNull(await other.Session("s").Recover(command.RequestId));
        Assert.Equal(TestSilo.SharedAge, _cache.LastAge);

        silo.Model.Runner.Release();
        await Eventually.TrueAsync(async () => (await grain.Read(command.RequestId, Tokens)).Finished is not null, "it ends");
        await grain.Release(command.RequestId, command.Caller);

        await Eventually.TrueAsync(() => _cache.Keys.Count == 0, "what has reached its client is not kept");
        Assert.Null(await other.Session("s").Recover(command.RequestId));
    }

    [Fact]
    public async Task Answer_GrowsInTheStore_InFewWrites()
    {
        await using var silo = await TestSilo.StartAsync(shared: _cache);

        await silo.Session("s").RunAsync(Long("Hello"));

        Assert.InRange(_cache.Writes, 1, 1 + (Tokens / 64));
    }

    [Fact]
    public async Task Store_AwayOrHanging_HoldsUpNobody()
    {
        await using var silo = await TestSilo.StartAsync(shared: _cache);
        _cache.IsAway = true;
        Assert.Equal(Tokens, (await silo.Session("away").RunAsync(Long("Hello"))).Ids().Length);
        Assert.Null(await silo.Session("none").Recover("r"));

        (_cache.IsAway, _cache.Hangs) = (false, true);

        Assert.Equal(Tokens, (await silo.Session("hangs").RunAsync(Long("Hello"))).Ids().Length);
        Assert.Null(await silo.Session("none").Recover("r").Within("the store is given up"));
    }

    [Fact]
    public async Task Find_TimePasses_LeavesLess()
    {
        await using var silo = await TestSilo.StartAsync(shared: _cache);
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var store = new AnswerStore(silo.SharedStore, Options.Create(new DecoderOptions { StoredAnswerAge = TimeSpan.FromHours(1) }), time);
        store.Begin("key", Say("Hello") with { RequestId = "r", TimeLeft = TimeSpan.FromSeconds(10) });
        await Eventually.TrueAsync(() => _cache.Keys.Count == 1, "it is kept");

        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(6), (await store.FindAsync("key", "r"))!.TimeLeft);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Null(await store.FindAsync("key", "r"));
    }

    /// <summary>The silo died after it had saved the turn, and before anybody heard of the answer's end.</summary>
    [Fact]
    public async Task Start_TurnThatIsInTheRecord_IsMadeAnew()
    {
        await using var twin = await TestSilo.StartAsync();
        await using var silo = await TestSilo.StartAsync();
        var (first, second) = (Say("Hello"), Say("More"));
        await twin.Session("s").RunAsync(first);
        var expected = await twin.Session("s").RunAsync(second);
        await silo.Session("s").RunAsync(first);
        await silo.Session("s").RunAsync(second);
        Assert.Equal(RefusalReason.InvalidArgument, (await silo.Session("s").RunAsync(second with { Sampling = new SamplingParameters { Temperature = -1 } })).Refusal().Reason);

        var again = await silo.Session("s").RunAsync(second with { Caller = Guid.NewGuid() });

        Assert.Equal(expected.Ids(), again.Ids());
        Assert.Equal(
            (await twin.Session("s").RunAsync(Say("End"))).Ids(), (await silo.Session("s").RunAsync(Say("End"))).Ids());
    }

    [Fact]
    public async Task Start_AnotherTurnOfTheSameId_IsOneMore()
    {
        await using var twin = await TestSilo.StartAsync();
        await using var silo = await TestSilo.StartAsync();
        await twin.Session("s").RunAsync(Say("Hello"));
        await silo.Session("s").RunAsync(Say("Hello") with { RequestId = "r" });

        Assert.Equal(
            (await twin.Session("s").RunAsync(Say("More"))).Ids(), (await silo.Session("s").RunAsync(Say("More") with { RequestId = "r" })).Ids());
    }

    private static GenerateCommand Long(string text) => Say(text) with
    {
        Stop = new StopParameters { MaxTokens = Tokens, IgnoreEndOfSequence = true },
    };
}
