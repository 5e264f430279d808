using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using VisionCluster.Contracts.Grains;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Generation;
using VisionCluster.Gateway.Options;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tests;

/// <summary>What becomes of an answer whose pieces get lost, come twice, out of order, or not at all.</summary>
public sealed class AnswerListenerTests : IDisposable
{
    private const int Tokens = 8;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _siloLost = new();
    private readonly CancellationTokenSource _limit = new(Eventually.Limit);
    private readonly PushedGrain _grain = new(Tokens);
    private readonly GatewayOptions _options = new();
    private readonly RunningGeneration _running = new("t", "r", NullLogger.Instance);
    private readonly AnswerSink _sink = new(ObserverFactory.Create());
    private readonly AnswerListener _listener;
    private readonly AnswerRun _run;

    public AnswerListenerTests()
    {
        var metrics = new GatewayMetrics(_services.GetRequiredService<IMeterFactory>());
        _listener = new AnswerListener(_sink, new SiloLoss(), metrics, Microsoft.Extensions.Options.Options.Create(_options), _time);
        var command = new GenerateCommand { RequestId = "r", Model = "m", Revision = "1", Messages = [] };
        _run = new AnswerRun(
            new GenerationCall("", _running, command, new GenerationClock(_time)), _grain, new PreparedImages([], [], 0, 0), metrics, _time);
        Started("silo");
    }

    public void Dispose()
    {
        _run.Intake.StopListening();
        _running.Dispose();
        _siloLost.Dispose();
        _limit.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task Listen_PiecesInOrder_NeedNoRead()
    {
        var listening = ListenAsync();
        var call = await NextCallAsync();
        Assert.Equal(-1, call.Next);
        call.PushAccepted();
        call.Push(0, 1, 2);
        call.Push(3, 4, 5, 6, 7);
        call.PushFinished(Tokens);

        Assert.True(await listening.Within("the answer ends"));
        Assert.Empty(_grain.Reads);
        AssertWhole(finished: true);
    }

    [Fact]
    public async Task Listen_PiecesTwice_AreRelayedOnce()
    {
        var listening = ListenAsync();
        var call = await NextCallAsync();
        call.PushAccepted();
        call.PushAccepted();
        call.Push(0, 1, 2, 1, 2, 3);
        call.Push(0, 3, 4, 5, 6, 7);
        call.PushFinished(Tokens);
        call.PushFinished(Tokens);

        Assert.True(await listening.Within("the answer ends"));
        AssertWhole(finished: true);
    }

    [Fact]
    public async Task Listen_PiecesOvertakeEachOther_AreRelayedInOrderWithoutARead()
    {
        var listening = ListenAsync();
        var call = await NextCallAsync();
        call.Push(1);
        call.Push(0);
        call.PushAccepted();
        call.Push(5, 4, 7);
        call.PushFinished(Tokens);
        call.Push(3, 2);
        Assert.False(listening.IsCompleted);
        call.Push(6);

        Assert.True(await listening.Within("the answer ends"));
        Assert.Empty(_grain.Reads);
        AssertWhole(finished: true);
    }

    [Fact]
    public async Task Listen_PieceIsLost_ReadsFromThereAndFollowsAnew()
    {
        var listening = ListenAsync();
        var first = await NextCallAsync();
        first.PushAccepted();
        first.Push(0, 1, 2);
        first.Push(4, 5);
        _time.Advance(2 * AnswerFeed.Look);

        Assert.False(await listening.Within("the gap is read"));
        Assert.Equal(3, Assert.Single(_grain.Reads));
        first.Push(Tokens); // late pieces of the old call mean nothing
        listening = ListenAsync();
        var second = await NextCallAsync();
        Assert.Equal(Tokens, second.Next);
        Assert.NotEqual(first.Reader, second.Reader);
        second.PushFinished(Tokens);

        Assert.True(await listening.Within("the answer ends"));
        AssertWhole(finished: true);
    }

    [Fact]
    public async Task Listen_ManyPiecesAfterALostOne_ReadsAtOnce()
    {
        var listening = ListenAsync();
        var call = await NextCallAsync();
        call.PushAccepted();
        for (var i = 0; i <= 64; i++)
            call.Push(4 + i);

        Assert.False(await listening.Within("the gap is read"));
        Assert.Equal(0, Assert.Single(_grain.Reads));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Listen_EndBeforeTheLastTokens_IsAGap(bool accepted)
    {
        var listening = ListenAsync();
        var call = await NextCallAsync();
        if (accepted)
            call.PushAccepted();
        call.PushFinished(accepted ? Tokens : 0);
        _time.Advance((accepted ? 2 : 1) * AnswerFeed.Look);

        Assert.False(await listening.Within("the tokens are read"));
        Assert.Single(_grain.Reads);
        AssertWhole(finished: false);
    }

    [Fact]
    public async Task Listen_CallEnds_GoesOnFromWhereItIs()
    {
        var listening = ListenAsync();
        var first = await NextCallAsync();
        first.PushAccepted();
        first.Push(0, 1, 2);
        first.Answer(GenerationState.Known, 0, 1); // as its beginning was

        Assert.False(await listening.Within("the call ends"));
        first.Push(3, 4); // on its way between two calls
        listening = ListenAsync();
        var second = await NextCallAsync();
        Assert.Equal(5, second.Next);
        second.Push(5, 6, 7);
        second.PushFinished(Tokens);

        Assert.True(await listening.Within("the answer ends"));
        Assert.Empty(_grain.Reads);
        AssertWhole(finished: true);
    }

    [Fact]
    public async Task Listen_NothingArrivesOfWhatIsThere_ReadsToTheEnd()
    {
        var listening = ListenAsync();
        var call = await NextCallAsync();
        call.Answer(GenerationState.Known, 0, 1, 2);

        Assert.False(await listening.Within("the call ends"));
        Assert.False(await ListenAsync().Within("the rest is read"));
        Assert.Equal([3], _grain.Reads);
        AssertWhole(finished: false);
    }

    [Fact]
    public async Task Listen_PiecesWereLostButOthersCome_ReplyFillsIn()
    {
        var listening = ListenAsync();
        var call = await NextCallAsync();
        call.PushAccepted();
        call.Push(0);
        call.Answer(GenerationState.Known, 0, 1, 2);
        Assert.False(await listening.Within("the call ends"));

        listening = ListenAsync();
        var second = await NextCallAsync(); // still pushed
        Assert.Equal(3, second.Next);
        second.Push(3, 4, 5, 6, 7);
        second.PushFinished(Tokens);

        Assert.True(await listening.Within("the answer ends"));
        Assert.Empty(_grain.Reads);
        AssertWhole(finished: true);
    }

    [Theory]
    [InlineData(GenerationState.Unknown, 1)]
    [InlineData(GenerationState.Moved, 0)]
    public async Task Listen_AnswerIsNoLongerThere_IsToBeStartedElsewhere(GenerationState state, int deaths)
    {
        var listening = ListenAsync();
        var call = await NextCallAsync();
        call.PushAccepted();
        call.Push(0, 1);
        call.Answer(state, 0, 1, 2);

        Assert.False(await listening.Within("the call ends"));
        call.Push(3); // of a silo that this answer has left
        Assert.False(_run.IsRunning);
        Assert.Equal(("silo", 0), (_run.Avoid, _run.Deaths.InARow)); // it may have forgotten
        await _siloLost.CancelAsync();
        Assert.Equal(deaths, _run.Deaths.InARow);
        Assert.Equal(state == GenerationState.Moved ? 3 : 2, _run.Next);
    }

    [Fact]
    public async Task Listen_MovedWithItsKv_NextStartSaysWhereThatIs()
    {
        var kv = new KvTicket("silo", Guid.NewGuid(), 100);
        var listening = ListenAsync();
        var call = await NextCallAsync();
        call.PushAccepted();
        call.Answer(kv, 0, 1, 2);

        Assert.False(await listening.Within("the call ends"));
        Assert.Equal((kv, 3), (_run.ToCommand(null).Kv, _run.ToCommand(null).Answered.Length));
        Started("other");
        Assert.Null(_run.ToCommand(null).Kv);
    }

    [Fact]
    public async Task Listen_SiloIsSilent_TimesOut()
    {
        var listening = ListenAsync();
        var call = await NextCallAsync();
        call.PushAccepted();
        call.Push(0, 1);
        _time.Advance(AnswerFeed.Look); // in which they came
        Assert.False(listening.IsCompleted);

        var second = await SilenceAsync(looks: 1);
        Assert.Equal((call.Reader, 2), (second.Reader, second.Next));
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(_options.Failover.CallTimeout);
                return listening.IsCompleted;
            },
            "the silence is noticed");

        await Assert.ThrowsAsync<TimeoutException>(() => listening);
    }

    [Fact]
    public async Task Listen_DeviceIsSlow_HearsThatItLivesAndGoesOn()
    {
        var listening = ListenAsync();
        var first = await NextCallAsync();
        first.PushAccepted();
        first.Push(0, 1);
        for (var i = 0; i < 5; i++)
        {
            var second = await SilenceAsync(looks: i == 0 ? 2 : 1);
            first.Answer(GenerationState.Known, 0, 1);
            Assert.False(await listening.Within("the earlier call ends"));
            (first, listening) = (second, ListenAsync());
        }

        first.Push(2, 3, 4, 5, 6, 7);
        first.PushFinished(Tokens);

        Assert.True(await listening.Within("the answer ends"));
        Assert.Empty(_grain.Reads);
        AssertWhole(finished: true);
    }

    [Fact]
    public async Task Listen_CallIsOld_IsRepeatedWhilePiecesCome()
    {
        var listening = ListenAsync();
        var first = await NextCallAsync();
        first.PushAccepted();
        for (var i = 0; i < AnswerFeed.CallLooks; i++)
        {
            first.Push(i);
            _time.Advance(AnswerFeed.Look);
        }

        var second = await NextCallAsync();
        Assert.Equal((first.Reader, 3), (second.Reader, second.Next));
        first.Push(3); // still
        first.Answer(GenerationState.Known, 3);
        Assert.False(await listening.Within("the earlier call ends"));
        listening = ListenAsync();
        second.Push(4, 5, 6, 7);
        second.PushFinished(Tokens);

        Assert.True(await listening.Within("the answer ends"));
        Assert.Empty(_grain.Reads);
        AssertWhole(finished: true);
    }

    [Fact]
    public async Task Listen_ManyPieces_CallIsRepeatedBeforeTheSiloStops()
    {
        var listening = ListenAsync();
        var first = await NextCallAsync();
        first.PushAccepted();
        first.Push([.. Enumerable.Range(0, AnswerFeed.CallPieces - 1)]);

        var second = await NextCallAsync();

        Assert.Equal((first.Reader, AnswerFeed.CallPieces - 1), (second.Reader, second.Next));
        Assert.False(listening.IsCompleted);
    }

    [Fact]
    public async Task Listen_LastPiecesWereLost_ReplyFillsInWithinSilence()
    {
        var listening = ListenAsync();
        var first = await NextCallAsync();
        first.PushAccepted();
        first.Push(0, 1, 2);
        await SilenceAsync(looks: 2);
        first.Answer(GenerationState.Known, PushedGrain.Finished, [.. Enumerable.Range(0, Tokens)]);

        Assert.True(await listening.Within("the answer ends"));
        AssertWhole(finished: true);
    }

    [Fact]
    public async Task Listen_SilentTwiceWithTokensThere_ReadsToTheEnd()
    {
        var listening = ListenAsync();
        var first = await NextCallAsync();
        var second = await SilenceAsync(looks: 1);
        first.Answer(GenerationState.Known, 0, 1);
        Assert.False(await listening.Within("the first call ends"));
        Assert.True(_run.IsPushed); // they may have been on their way

        listening = ListenAsync();
        await SilenceAsync(looks: 1);
        second.Answer(GenerationState.Known, 2, 3);
        Assert.False(await listening.Within("the second call ends"));

        Assert.False(_run.IsPushed);
        Assert.False(await ListenAsync().Within("the rest is read"));
        Assert.Equal([4], _grain.Reads);
        AssertWhole(finished: false);
    }

    [Fact]
    public async Task Listen_SiloDies_EndsAtOnce()
    {
        var listening = ListenAsync();
        await NextCallAsync();

        await _siloLost.CancelAsync();

        await Assert.ThrowsAsync<SiloLostException>(() => listening.WaitAsync(_limit.Token));
    }

    [Fact]
    public async Task Listen_MovedIsPushed_NextStartSaysWhereItsKvIs()
    {
        var kv = new KvTicket("silo", Guid.NewGuid(), 100);
        var listening = ListenAsync();
        var call = await NextCallAsync();
        call.PushMoved(3, kv);
        call.Push(2, 1, 0);
        call.PushAccepted(); // the last to come

        Assert.False(await listening.Within("the answer moves"));
        Assert.False(_run.IsRunning);
        Assert.Equal((0, "silo"), (_run.Deaths.InARow, _run.Avoid));
        Assert.Equal((kv, 3), (_run.ToCommand(null).Kv, _run.ToCommand(null).Answered.Length));
    }

    [Fact]
    public async Task Start_SiloPushesBeforeItsReply_IsTakenAfterwardsWithoutACall()
    {
        var pushed = Open();
        Assert.Equal(-1, pushed.Next);
        pushed.PushAccepted();
        pushed.Push(0, 1, 2);
        Assert.False(_run.Intake.Responses.Reader.TryPeek(out _)); // it does not know the silo's name yet

        Started("silo", pushed.Reader);
        var listening = ListenAsync();
        pushed.Push(3, 4, 5, 6, 7);
        pushed.PushFinished(Tokens);

        Assert.True(await listening.Within("the answer ends"));
        Assert.Equal(0, _grain.Calls);
        Assert.Empty(_grain.Reads);
        AssertWhole(finished: true);
    }

    [Fact]
    public async Task Start_SiloPushesForLong_IsCalledFromWhereItIs()
    {
        var pushed = Open();
        Started("silo", pushed.Reader);
        var listening = ListenAsync();
        pushed.PushAccepted();
        pushed.Push(0, 1, 2);
        var call = await SilenceAsync(looks: 2);
        Assert.False(await listening.Within("it calls"));
        Assert.Equal((pushed.Reader, 3), (call.Reader, call.Next));

        listening = ListenAsync();
        call.Push(3, 4, 5, 6, 7);
        call.PushFinished(Tokens);

        Assert.True(await listening.Within("the answer ends"));
        Assert.Empty(_grain.Reads);
        AssertWhole(finished: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_ThatIsNotTheOneWhichPushes_IsFollowed(bool earlier)
    {
        var first = Open();
        var second = Open(); // the first was given up
        Assert.NotEqual(first.Reader, second.Reader);
        first.PushAccepted();

        Started("silo", earlier ? first.Reader : 0);
        var listening = ListenAsync();
        var call = await NextCallAsync();
        Assert.Equal(-1, call.Next);
        first.Push(0);
        second.Push(0);
        Assert.False(_run.Intake.Responses.Reader.TryPeek(out _));
        call.PushAccepted();
        call.Push(0, 1, 2, 3, 4, 5, 6, 7);
        call.PushFinished(Tokens);

        Assert.True(await listening.Within("the answer ends"));
        AssertWhole(finished: true);
    }

    [Fact]
    public async Task Start_FirstPiecesAreLost_AreRead()
    {
        var pushed = Open();
        Started("silo", pushed.Reader);
        var listening = ListenAsync();
        pushed.Push(4, 5);
        _time.Advance(AnswerFeed.Look);

        Assert.False(await listening.Within("the gap is read"));
        Assert.Equal(-1, Assert.Single(_grain.Reads));
        AssertWhole(finished: false);
    }

    private void Started(string silo, long reader = 0) =>
        _run.Started(StartReply.Running with { Silo = silo, Reader = reader }, silo, _siloLost.Token);

    /// <summary>As a silo pushes that was sent a start.</summary>
    private PushedGrain.Call Open()
    {
        var reader = _listener.Open(_run);
        return new PushedGrain.Call(reader.Next, _sink, reader.Number);
    }

    private Task<bool> ListenAsync() => _listener.ListenAsync(_run, _limit.Token);

    private ValueTask<PushedGrain.Call> NextCallAsync() => _grain.NextAsync(_limit.Token);

    /// <summary>Nothing comes until the feed notices.</summary>
    /// <param name="looks">Two if pieces have come since it looked last.</param>
    /// <returns>The call that replaces the one under way.</returns>
    private async Task<PushedGrain.Call> SilenceAsync(int looks)
    {
        _time.Advance(looks * AnswerFeed.Look);
        return await NextCallAsync();
    }

    private void AssertWhole(bool finished)
    {
        var responses = new List<GenerateResponse>();
        while (_run.Intake.Responses.Reader.TryRead(out var response))
            responses.Add(response);
        Assert.NotNull(responses[0].Accepted);
        Assert.Equal(
            Enumerable.Range(0, Tokens).Select(index => ((uint)index, (uint)(100 + index))),
            responses.Skip(1).Take(Tokens).Select(response => (response.Token.Index, response.Token.Id)));
        Assert.Equal(finished, responses[^1].Finished is not null);
        Assert.Equal(1 + Tokens + (finished ? 1 : 0), responses.Count);
    }
}
