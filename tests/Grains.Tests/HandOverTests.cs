using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using VisionCluster.Contracts.Grains;
using VisionCluster.Fakes;
using VisionCluster.Grains.Decoding;
using VisionCluster.Inference.Decoding;
using static VisionCluster.Grains.Tests.Commands;

namespace VisionCluster.Grains.Tests;

/// <summary>An answer leaves a silo that stops in order, and goes on in another of the same cluster.</summary>
public sealed class HandOverTests : IAsyncLifetime
{
    private const int Tokens = 200;
    private const int MostRefusals = 200; // a second, far below what a silo that stops waits

    private TestSilo _staying = null!;
    private TestSilo _leaving = null!;
    private string _stayingAddress = "";

    public async ValueTask InitializeAsync()
    {
        _staying = await TestSilo.StartAsync(configure: o => o.Name = "staying");
        _leaving = await TestSilo.StartAsync(configure: o => (o.Name, o.PrimarySiloPort) = ("leaving", _staying.Port));
        await Eventually.TrueAsync(async () => (await _staying.ViewAsync()).Silos.Length == 2, "both silos report");
        _stayingAddress = (await _staying.ViewAsync()).Silos.Single(s => s.Name == "staying").Address;
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.DisposeAsync();
        await _staying.DisposeAsync();
    }

    [Fact]
    public async Task Stop_WhileGenerating_NextSiloGoesOnWithoutPrefill()
    {
        var (command, expected) = await TwinAsync();
        var (answered, kv) = await LeaveAsync(command);
        Assert.NotNull(kv);
        var prefilled = _staying.Model.Runner.PrefilledTokens;

        var answer = await GoOnAsync(command with { Answered = answered, Kv = kv });

        Assert.Equal(expected, answer);
        Assert.Equal(prefilled, _staying.Model.Runner.PrefilledTokens);
    }

    [Fact]
    public async Task GoOn_KvIsGone_PrefillsAgain()
    {
        var (command, expected) = await TwinAsync();
        var (answered, kv) = await LeaveAsync(command);
        var prefilled = _staying.Model.Runner.PrefilledTokens;

        var answer = await GoOnAsync(command with { Answered = answered, Kv = kv! with { Id = Guid.NewGuid() } });

        Assert.Equal(expected, answer);
        Assert.NotEqual(prefilled, _staying.Model.Runner.PrefilledTokens);
    }

    [Fact]
    public async Task Keep_MoreThanTheBound_IsLeftBehind()
    {
        var kv = new LeavingKv(Options.Create(new DecoderOptions { HandOverBytes = 100 }), TimeProvider.System);
        var first = kv.Keep(Kv(60))!.Value;
        Assert.Equal(40, kv.Room);
        Assert.Null(kv.Keep(Kv(60)));
        Assert.Null(kv.Keep(null));
        var taken = kv.WhenTakenAsync();
        Assert.False(taken.IsCompleted);

        kv.Remove(first);

        await taken.Within("all is taken");
        Assert.Equal((100, null), (kv.Room, kv.Find(first)));
    }

    [Fact]
    public async Task Keep_NobodyComes_IsForgotten()
    {
        var time = new FakeTimeProvider();
        var kv = new LeavingKv(Options.Create(new DecoderOptions()), time);
        var id = kv.Keep(Kv(60))!.Value;
        var taken = kv.WhenTakenAsync();
        Assert.NotNull(kv.Find(id));

        time.Advance(LeavingKv.Patience);

        Assert.Null(kv.Find(id));
        await taken.Within("nobody is waited for any more");
    }

    private static CarriedKv Kv(int bytes) => new("fake", 1, [], [new byte[bytes]]);

    private async Task<(GenerateCommand Command, int[] Answer)> TwinAsync()
    {
        var command = Say("Hello") with { Stop = new StopParameters { MaxTokens = Tokens, IgnoreEndOfSequence = true } };
        SiloHint.Set(_stayingAddress);
        return (command, (await _staying.Session("twin").RunAsync(command with { Caller = Guid.NewGuid() })).Ids());
    }

    /// <summary>Starts it on the silo that then stops.</summary>
    private async Task<(GeneratedToken[] Answered, KvTicket? Kv)> LeaveAsync(GenerateCommand command)
    {
        _leaving.Model.Runner.Hold();
        _leaving.Model.Runner.Allow(10);
        SiloHint.Set((await _staying.ViewAsync()).Silos.Single(s => s.Name == "leaving").Address);
        var grain = _staying.Session("s");
        Assert.True((await grain.Start(command)).IsRunning);
        var answered = new List<GeneratedToken>();
        await Eventually.TrueAsync(async () => await ReadAsync() && answered.Count == 10, "ten tokens are there");
        _ = _leaving.StopAsync();
        _leaving.Model.Runner.Release();
        KvTicket? kv = null;
        await Eventually.TrueAsync(async () => !await ReadAsync(), "the reader hears that it moves");
        return ([.. answered], kv);

        async Task<bool> ReadAsync()
        {
            var chunk = await grain.Read(command.RequestId, answered.Count);
            answered.AddRange(chunk.Tokens);
            kv = chunk.Kv;
            return chunk.State == GenerationState.Known;
        }
    }

    /// <summary>As a gateway does it: a silo that leaves refuses, once or so.</summary>
    /// <returns>The whole answer.</returns>
    private async Task<int[]> GoOnAsync(GenerateCommand command)
    {
        var grain = _staying.Session("s");
        var refusals = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                SiloHint.Set(_stayingAddress);
                StartReply reply;
                try
                {
                    reply = await grain.Start(command);
                }
                catch (SiloUnavailableException)
                {
                    return false; // it has just stopped, with the call on its way
                }

                if (reply.IsRunning)
                {
                    Assert.Equal(_stayingAddress, reply.Silo);
                    return true;
                }

                Assert.InRange(++refusals, 1, MostRefusals); // not until its silo has stopped
                return false;
            },
            "it goes on");
        return (await grain.RunAsync(command)).Ids();
    }
}
