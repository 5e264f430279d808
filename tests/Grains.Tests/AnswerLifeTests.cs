using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using static VisionCluster.Grains.Tests.Commands;

namespace VisionCluster.Grains.Tests;

/// <summary>What becomes of an answer whose reader, or whose silo, goes away in the middle.</summary>
public sealed class AnswerLifeTests
{
    private const int Tokens = 40;
    private const int PromptTokens = 10; // "Hello" between the marks of its turn, and the answer's first two

    [Theory]
    [InlineData(0f, 0)]
    [InlineData(0f, 1)]
    [InlineData(0f, 17)]
    [InlineData(4f, 17)]
    [InlineData(4f, Tokens - 1)]
    [InlineData(4f, Tokens)] // only the end was lost
    public async Task Start_BehindAnsweredTokens_GoesOnAsIfNothingHadHappened(float temperature, int answered)
    {
        await using var first = await TestSilo.StartAsync();
        await using var second = await TestSilo.StartAsync();
        var command = Long("Hello") with
        {
            Sampling = new SamplingParameters { Temperature = temperature, Seed = 7, FrequencyPenalty = 0.5f, LogProbs = true },
        };
        var whole = await first.Session("s").RunAsync(command);
        var tokens = whole.Where(e => e.Token is not null).Select(e => e.Token!).ToArray();

        var rest = await second.Session("s").RunAsync(command with { Answered = tokens[..answered] });

        Assert.Equal(whole[0].Accepted!.TextTokens, rest[0].Accepted!.TextTokens);
        Assert.Equal(tokens.Select(t => (t.Index, t.Id, t.Text, t.LogProb)), Read(rest).Select(t => (t.Index, t.Id, t.Text, t.LogProb)));
        Assert.Equal(
            (whole[^1].Finished!.End, whole[^1].Finished!.GeneratedTokens, whole[^1].Finished!.Text),
            (rest[^1].Finished!.End, rest[^1].Finished!.GeneratedTokens, rest[^1].Finished!.Text));
        Assert.Equal((await first.Session("s").RunAsync(Long("More"))).Ids(), (await second.Session("s").RunAsync(Long("More"))).Ids());
    }

    [Fact]
    public async Task Start_StopStringAcrossTheBreak_EndsAtTheSamePlace()
    {
        await using var silo = await TestSilo.StartAsync();
        var plain = Read(await silo.Session("plain").RunAsync(Long("Hello")));
        var text = string.Concat(plain.Select(t => t.Text));
        var command = Long("Hello") with
        {
            Stop = new StopParameters { MaxTokens = Tokens, IgnoreEndOfSequence = true, StopStrings = [text.Substring(10, 6)] },
        };
        var whole = await silo.Session("whole").RunAsync(command);
        Assert.Equal(GenerationEnd.Stop, whole.End());

        var rest = await silo.Session("rest").RunAsync(command with { Answered = Read(whole)[..13] }); // within the stop string

        Assert.Equal(whole.Ids(), rest.Ids());
        Assert.Equal(whole[^1].Finished!.StopString, rest[^1].Finished!.StopString);
    }

    [Fact]
    public async Task Start_ContextFullToTheLastToken_Ends()
    {
        await using var silo = await TestSilo.StartAsync(new FakeModelHost(capacity: 64));
        var command = Long("Hello") with { Stop = new StopParameters { IgnoreEndOfSequence = true } };
        var whole = await silo.Session("whole").RunAsync(command);

        var rest = await silo.Session("rest").RunAsync(command with { Answered = Read(whole) });

        Assert.Equal(whole.Ids(), rest.Ids());
        Assert.Equal((GenerationEnd.Length, whole[^1].Finished!.GeneratedTokens), (rest.End(), rest[^1].Finished!.GeneratedTokens));
    }

    [Fact]
    public async Task Read_ByAnotherReader_FindsEverythingFromItsPosition()
    {
        await using var silo = await TestSilo.StartAsync();
        silo.Model.Runner.Hold();
        silo.Model.Runner.Allow(8);
        var (grain, command) = (silo.Session("s"), Long("Hello"));
        Assert.True((await grain.Start(command)).IsRunning);
        await Eventually.TrueAsync(async () => (await grain.Read(command.RequestId, 0)).Tokens.Length == 8, "eight tokens are there");

        var other = Guid.NewGuid();
        Assert.Equal(command.Messages[0].Parts, (await grain.Attach(command.RequestId, other))!.Messages[0].Parts);
        await grain.Abandon(command.RequestId, command.Caller); // of the reader that was replaced: means nothing any more
        Assert.Equal([5, 6, 7], (await grain.Read(command.RequestId, 5)).Tokens.Select(t => t.Index));

        await grain.Abandon(command.RequestId, other);
        silo.Model.Runner.Release();
        await Eventually.TrueAsync(() => silo.Model.Decoder!.Status is { Running: 0 }, "the slot is free");
        Assert.Equal(GenerationState.Unknown, (await grain.Read(command.RequestId, 0)).State);
        Assert.Null(await grain.Attach("another", other));
    }

    [Fact]
    public async Task NobodyReads_AnswerIsCancelledAfterTheWindow()
    {
        await using var silo = await TestSilo.StartAsync(configure: o => o.Decoder.ResumeWindow = TimeSpan.FromMilliseconds(1)); // shorter than between two questions
        silo.Model.Runner.Hold();
        var (grain, command) = (silo.Session("s"), Long("Hello"));
        Assert.True((await grain.Start(command)).IsRunning);
        await Eventually.TrueAsync(
            async () => await grain.Attach(command.RequestId, command.Caller) is null, "the answer that nobody reads is given up");

        silo.Model.Runner.Release();
        await Eventually.TrueAsync(() => silo.Model.Decoder!.Status is { Running: 0, Waiting: 0 }, "its slot is free");
    }

    [Fact]
    public async Task NobodyReleases_CompleteAnswerWaitsForItsReader()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grains.GetGrain<IDecoderGrain>(DecoderKey.ForRequest("t", "once"));
        var command = Long("Hello");
        Assert.True((await grain.Start(command)).IsRunning);
        await Eventually.TrueAsync( // the engine is done before the log has all of it
            async () => (await grain.Read(command.RequestId, Tokens)).Finished is not null, "the generation ends");

        var chunk = await grain.Read(command.RequestId, 0);

        Assert.Equal(Tokens, chunk.Tokens.Length);
        Assert.Equal(GenerationEnd.Length, chunk.Finished!.End);
    }

    [Fact]
    public async Task Start_RepeatedByTheSameCaller_JoinsTheFirst()
    {
        await using var silo = await TestSilo.StartAsync();
        silo.Model.Runner.Hold();
        var (grain, command) = (silo.Session("s"), Long("Hello"));
        Assert.True((await grain.Start(command)).IsRunning);
        Assert.True((await grain.Start(command)).IsRunning);
        Assert.Equal(RefusalReason.SessionBusy, (await grain.Start(command with { Caller = Guid.NewGuid() })).Refusal!.Reason);
        silo.Model.Runner.Release();
        var next = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                var chunk = await grain.Read(command.RequestId, next);
                next += chunk.Tokens.Length;
                return chunk.Finished is not null;
            },
            "the answer ends");
        Assert.Equal((Tokens, PromptTokens), (next, (int)silo.Model.Runner.PrefilledTokens)); // one prompt, one answer
    }

    [Fact]
    public async Task Stop_GenerationThatDoesNotEnd_IsHandedOver()
    {
        await using var leaving = await TestSilo.StartAsync(); // drains for no time at all
        await using var staying = await TestSilo.StartAsync();
        var command = Long("Hello");
        var expected = await staying.Session("twin").RunAsync(command with { Caller = Guid.NewGuid() });
        leaving.Model.Runner.Hold();
        leaving.Model.Runner.Allow(10);
        var grain = leaving.Session("s");
        Assert.True((await grain.Start(command)).IsRunning);
        GenerationChunk chunk = GenerationChunk.Unknown;
        await Eventually.TrueAsync(
            async () => (chunk = await grain.Read(command.RequestId, 0)).Tokens.Length == 10, "ten tokens are there");
        var answered = chunk.Tokens.ToList();
        var reading = ReadToTheEndAsync();

        var stopping = leaving.StopAsync();
        leaving.Model.Runner.Release(); // more tokens may come until the silo has begun to leave
        var last = await reading.Within("the reader hears of it");
        await stopping.Within("the silo stops");

        Assert.Equal(GenerationState.Moved, last.State);
        var rest = await staying.Session("s").RunAsync(command with { Answered = [.. answered] });
        Assert.Equal(expected.Ids(), rest.Ids());

        async Task<GenerationChunk> ReadToTheEndAsync()
        {
            while (true)
            {
                var more = await grain.Read(command.RequestId, answered.Count);
                answered.AddRange(more.Tokens);
                if (more.State != GenerationState.Known || more.Finished is not null)
                    return more;
            }
        }
    }

    private static GenerateCommand Long(string text) => Say(text) with
    {
        Stop = new StopParameters { MaxTokens = Tokens, IgnoreEndOfSequence = true },
    };

    private static GeneratedToken[] Read(List<GenerationEvent> events) => [.. events.Where(e => e.Token is not null).Select(e => e.Token!)];
}
