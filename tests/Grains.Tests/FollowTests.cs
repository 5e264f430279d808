using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using static VisionCluster.Grains.Tests.Commands;

namespace VisionCluster.Grains.Tests;

/// <summary>An answer as a real silo pushes it.</summary>
public sealed class FollowTests : IAsyncDisposable
{
    private const int Tokens = 40;
    private readonly HeldSink _sink = new();

    public async ValueTask DisposeAsync()
    {
        _sink.Release();
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Follow_SixteenAnswers_ShareMessages()
    {
        const int Answers = 16;
        await using var silo = await TestSilo.StartAsync(new FakeModelHost(slots: Answers));
        var sink = silo.Grains.CreateObjectReference<IAnswerSink>(_sink);
        var commands = Enumerable.Range(0, Answers).Select(i => Long($"Hello {i}")).ToArray();
        var expected = new List<int[]>();
        foreach (var command in commands)
            expected.Add((await silo.Session($"twin {command.RequestId}").RunAsync(command)).Ids());
        silo.Model.Runner.Hold();
        foreach (var command in commands)
            Assert.True((await silo.Session(command.RequestId).Start(command)).IsRunning);
        var calls = commands.Select((command, i) => silo.Session(command.RequestId).Follow(command.RequestId, -1, sink, i)).ToArray();

        silo.Model.Runner.Release();
        await Eventually.TrueAsync(() => _sink.Pieces.Count(piece => piece.Finished is not null) >= Answers, "every answer's end is pushed");

        Assert.Equal(expected, _sink.Pieces.Where(piece => piece.Token is not null)
            .GroupBy(piece => piece.Reader).OrderBy(answer => answer.Key).Select(answer => answer.Select(piece => piece.Token!.Id).ToArray()));
        Assert.True(_sink.Messages.Count < Answers * Tokens / 2, $"{_sink.Messages.Count} messages for {Answers * Tokens} tokens");
        foreach (var command in commands)
            await silo.Session(command.RequestId).Release(command.RequestId, command.Caller);
        await Task.WhenAll(calls).Within("the calls end with their answers' release");
    }

    [Fact]
    public async Task Follow_NothingNew_SaysWhatWasThereWhenItBegan()
    {
        await using var silo = await TestSilo.StartAsync();
        var (grain, command) = (silo.Session("s"), Long("Hello"));
        var sink = await HeldAtAsync(silo, grain, command, tokens: 8);

        var chunk = await grain.Follow(command.RequestId, 5, sink, 1).Within("the call ends by itself");

        Assert.Equal(GenerationState.Known, chunk.State);
        Assert.Equal([5, 6, 7], chunk.Tokens.Select(token => token.Index)); // in case that they do not arrive as they should
        Assert.Equal([5, 6, 7], _sink.Pieces.Select(piece => piece.Position));
        silo.Model.Runner.Release();
    }

    [Fact]
    public async Task Follow_ReaderCallsAgain_EndsTheEarlierCallWithAllThatIsThere()
    {
        await using var silo = await TestSilo.StartAsync();
        var (grain, command) = (silo.Session("s"), Long("Hello"));
        var sink = await HeldAtAsync(silo, grain, command, tokens: 8);
        var other = grain.Follow(command.RequestId, 8, sink, 2);
        var first = grain.Follow(command.RequestId, 5, sink, 1);
        silo.Model.Runner.Allow(2);
        await Eventually.TrueAsync(() => _sink.Pieces.Any(piece => (piece.Reader, piece.Position) == (1, 9)), "two more are pushed");

        var second = grain.Follow(command.RequestId, 9, sink, 1);
        var chunk = await first.Within("the earlier call ends");
        Assert.Equal(9, Assert.Single(chunk.Tokens).Index); // the silo lives, and this should have come
        Assert.False(other.IsCompleted);

        silo.Model.Runner.Allow(1);
        await Eventually.TrueAsync(() => _sink.Pieces.Any(piece => (piece.Reader, piece.Position) == (1, 10)), "the next is pushed");
        Assert.Equal([5, 6, 7, 8, 9, 9, 10], _sink.Pieces.Where(piece => piece.Reader == 1).Select(piece => piece.Position)); // from 9 again
        silo.Model.Runner.Release();
        await grain.Abandon(command.RequestId, command.Caller);
        await Task.WhenAll(second, other).Within("the calls end with the answer");
    }

    [Fact]
    public async Task Follow_DeviceFails_EndsSoThatTheGrainCanLeave()
    {
        await using var silo = await TestSilo.StartAsync();
        var (grain, command) = (silo.Session("s"), Long("Hello"));
        var sink = await HeldAtAsync(silo, grain, command, tokens: 8);
        var call = grain.Follow(command.RequestId, 8, sink, 1);

        silo.Model.Runner.Failure = new InvalidOperationException("The device is gone.");
        silo.Model.Runner.Release();
        await call.WaitAsync(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken); // by itself it would last longer

        await Eventually.TrueAsync(() => _sink.Pieces.Any(piece => piece.Finished?.End == GenerationEnd.Failed), "the failure is pushed");
    }

    [Fact]
    public async Task Follow_SiloLeaves_SaysSoWithAllThatItHas()
    {
        await using var silo = await TestSilo.StartAsync();
        var (grain, command) = (silo.Session("s"), Long("Hello"));
        var sink = await HeldAtAsync(silo, grain, command, tokens: 8);
        var call = grain.Follow(command.RequestId, 5, sink, 1);

        var stopping = silo.StopAsync();
        silo.Model.Runner.Release();
        var chunk = await call.Within("the reader hears of it");
        while (chunk.State == GenerationState.Known) // a call lasts seconds, and the leave may take longer to begin
            chunk = await grain.Follow(command.RequestId, 5, sink, 1).Within("the reader hears of it");
        await stopping.Within("the silo stops");

        Assert.Equal(GenerationState.Moved, chunk.State);
        Assert.True(chunk.Tokens.Length >= 3);
        Assert.Equal(Enumerable.Range(5, chunk.Tokens.Length), chunk.Tokens.Select(token => token.Index));
    }

    [Fact]
    public async Task Follow_UnknownOrAbandoned_SaysSo()
    {
        await using var silo = await TestSilo.StartAsync();
        var (grain, command) = (silo.Session("s"), Long("Hello"));
        var sink = await HeldAtAsync(silo, grain, command, tokens: 8);

        Assert.Equal(GenerationState.Unknown, (await grain.Follow("another", 0, sink, 1)).State);
        await grain.Abandon(command.RequestId, command.Caller);
        silo.Model.Runner.Release();
        Assert.Equal(GenerationState.Unknown, (await grain.Follow(command.RequestId, 0, sink, 1)).State);
        Assert.Empty(_sink.Pieces);
    }

    [Fact]
    public async Task Follow_UnderWay_IsAReader()
    {
        // Shorter than the call: were it no reader, the answer would be given up before it ends.
        await using var silo = await TestSilo.StartAsync(configure: o => o.Decoder.ResumeWindow = TimeSpan.FromMilliseconds(200));
        var sink = silo.Grains.CreateObjectReference<IAnswerSink>(_sink);
        silo.Model.Runner.Hold();

        await Eventually.TrueAsync(
            async () =>
            {
                var command = Long("Hello");
                var grain = silo.Session(command.RequestId);
                Assert.True((await grain.Start(command)).IsRunning);
                await grain.Follow(command.RequestId, -1, sink, 1);
                return await grain.Attach(command.RequestId, command.Caller) is not null;
            },
            "an answer outlives its window while it is followed");
        silo.Model.Runner.Release();
    }

    [Fact]
    public async Task Start_WithAReader_PushesTheWholeAnswer()
    {
        await using var silo = await TestSilo.StartAsync();
        var command = Long("Hello");
        var expected = (await silo.Session("twin").RunAsync(command)).Ids();
        var sink = silo.Grains.CreateObjectReference<IAnswerSink>(_sink);
        var grain = silo.Session("s");

        var reply = await grain.Start(command with { Reader = new AnswerReader(sink, 7, -1) });
        Assert.Equal((true, 7), (reply.IsRunning, reply.Reader));
        await Eventually.TrueAsync(() => _sink.Pieces.Any(piece => piece.Finished is not null), "the end is pushed");
        await Eventually.TrueAsync(() => _sink.Pieces.Count == Tokens + 2, "what it has overtaken is, too");

        Assert.Equal([7], _sink.Pieces.Select(piece => piece.Reader).Distinct());
        Assert.Single(_sink.Pieces, piece => piece.Accepted is not null);
        Assert.Equal(expected, _sink.Pieces.Where(piece => piece.Token is not null).OrderBy(piece => piece.Position).Select(piece => piece.Token!.Id));
        await grain.Release(command.RequestId, command.Caller);
    }

    [Fact]
    public async Task Start_WithAReaderOnceMore_LeavesThePushingToTheFirst()
    {
        await using var silo = await TestSilo.StartAsync();
        silo.Model.Runner.Hold();
        var sink = silo.Grains.CreateObjectReference<IAnswerSink>(_sink);
        var (grain, command) = (silo.Session("s"), Long("Hello"));
        Assert.Equal(1, (await grain.Start(command with { Reader = new AnswerReader(sink, 1, -1) })).Reader);

        var again = await grain.Start(command with { Reader = new AnswerReader(sink, 2, -1) });

        Assert.Equal((true, 0), (again.IsRunning, again.Reader));
        Assert.Null((await grain.Attach(command.RequestId, command.Caller))!.Reader); // whoever comes next is another reader
        silo.Model.Runner.Release();
    }

    [Fact]
    public async Task Start_WithAReader_CallsTakeOver()
    {
        await using var silo = await TestSilo.StartAsync();
        var (grain, command) = (silo.Session("s"), Long("Hello"));
        var sink = await PushedToAsync(silo, grain, command, tokens: 8);

        var call = grain.Follow(command.RequestId, 8, sink, 1);
        silo.Model.Runner.Release();
        await Eventually.TrueAsync(() => _sink.Pieces.Count >= Tokens + 2, "all of it is pushed");
        await grain.Release(command.RequestId, command.Caller);
        await call.Within("the call ends with the answer's release");

        Assert.Equal(Enumerable.Range(0, Tokens), _sink.Pieces.Where(piece => piece.Token is not null).Select(piece => piece.Position).Order()); // each once
    }

    [Fact]
    public async Task Start_WithAReaderAtASiloThatLeaves_PushesThatItMoves()
    {
        await using var silo = await TestSilo.StartAsync();
        await PushedToAsync(silo, silo.Session("s"), Long("Hello"), tokens: 8);

        var stopping = silo.StopAsync();
        await Eventually.TrueAsync(
            () =>
            {
                silo.Model.Runner.Allow(1); // the step that notices
                return _sink.Pieces.Any(piece => piece.Moved is not null || piece.Finished is not null);
            },
            "the move is pushed");
        silo.Model.Runner.Release();
        await stopping.Within("the silo stops");

        var moved = Assert.Single(_sink.Pieces, piece => piece.Moved is not null);
        await Eventually.TrueAsync(() => _sink.Pieces.Count >= moved.Position + 2, "what it has overtaken comes");
        Assert.Equal(Enumerable.Range(0, moved.Position), _sink.Pieces.Where(piece => piece.Token is not null).Select(piece => piece.Position).Order());
    }

    private static GenerateCommand Long(string text) => Say(text) with
    {
        Stop = new StopParameters { MaxTokens = Tokens, IgnoreEndOfSequence = true },
    };

    /// <summary>Starts with a reader, number 1, which gets so many tokens and no more.</summary>
    private async Task<IAnswerSink> PushedToAsync(TestSilo silo, IDecoderGrain grain, GenerateCommand command, int tokens)
    {
        silo.Model.Runner.Hold();
        silo.Model.Runner.Allow(tokens);
        var sink = silo.Grains.CreateObjectReference<IAnswerSink>(_sink);
        Assert.True((await grain.Start(command with { Reader = new AnswerReader(sink, 1, -1) })).IsRunning);
        await Eventually.TrueAsync(() => _sink.Pieces.Count(piece => piece.Token is not null) == tokens, $"{tokens} tokens are pushed");
        return sink;
    }

    private async Task<IAnswerSink> HeldAtAsync(TestSilo silo, IDecoderGrain grain, GenerateCommand command, int tokens)
    {
        silo.Model.Runner.Hold();
        silo.Model.Runner.Allow(tokens);
        Assert.True((await grain.Start(command)).IsRunning);
        await Eventually.TrueAsync(
            async () => (await grain.Read(command.RequestId, 0)).Tokens.Length == tokens, $"{tokens} tokens are there");
        return silo.Grains.CreateObjectReference<IAnswerSink>(_sink);
    }
}
