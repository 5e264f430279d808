using VisionCluster.Inference.Decoding;
using VisionCluster.Models.Tokenization;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class DecodeFailureTests
{
    [Fact]
    public async Task Prefill_Throws_FailsOnlyItsSequence()
    {
        await using var engine = new DecodeEngine(
            new HistoryRunner(3, 64) { PoisonToken = 9 }, new DecodeEngineOptions { PrefillChunkTokens = 1 });
        Generation[] generations =
        [
            engine.Start(Engines.Request([1, 2], 20)),
            engine.Start(Engines.Request([1, 9, 3], 20)),
            engine.Start(Engines.Request([1, 3], 20)),
        ];

        var answers = await Task.WhenAll(generations.Select(Engines.Read));

        Assert.Equal([FinishReason.Length, FinishReason.Error, FinishReason.Length], answers.Select(answer => answer.Result.Reason));
        Assert.Equal("poison", answers[1].Result.Error!.Message);
        Assert.Equal(3, engine.Status.SlotsFree);
    }

    [Fact]
    public async Task Decode_Throws_FailsTheBatchAndGoesOn()
    {
        var runner = new HistoryRunner(2, 64);
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions());
        using var session = engine.OpenSession();
        runner.OnCall = call =>
        {
            if (call == "decode")
                throw new InvalidOperationException("device");
        };
        var failed = await engine.Run(Engines.Request([1, 2], 20, session));
        var resident = session.ResidentTokens;
        runner.OnCall = null;
        var again = await engine.Run(Engines.Request([1, 2], 20, session));

        Assert.Equal((FinishReason.Error, 1), (failed.Result.Reason, failed.Result.GeneratedTokens));
        Assert.Equal(0, resident);
        Assert.Equal((FinishReason.Length, 0), (again.Result.Reason, again.Result.CachedTokens));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public async Task Logits_NotFinite_EndTheSequenceWithError(float value)
    {
        var runner = new HistoryRunner(1, 64) { EditLogits = (_, logits) => logits[^1] = value };
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions());

        var answer = await engine.Run(Engines.Request([1], 5));

        Assert.Equal(FinishReason.Error, answer.Result.Reason);
        Assert.Contains("NaN", answer.Result.Error!.Message);
        Assert.Equal(1, engine.Status.SlotsFree);
    }

    [Theory]
    [InlineData("copy")]
    [InlineData("swap")]
    public async Task Move_Throws_EndsTheSequencesAtBothEnds(string move)
    {
        var runner = new HistoryRunner(3, 64);
        using var hold = new ManualResetEventSlim();
        await using var engine = new DecodeEngine(
            runner, new DecodeEngineOptions { BeforeStep = _ => hold.Or("the test let the step go") });
        runner.OnCall = call =>
        {
            if (call != move)
                return;
            runner.OnCall = null;
            throw new InvalidOperationException(move);
        };
        using var session = engine.OpenSession();
        Generation[] generations =
        [
            engine.Start(Engines.Request([1], 4, move == "swap" ? session : null)),
            engine.Start(Engines.Request([2], 40)),
            engine.Start(Engines.Request([3], 40)),
        ];
        hold.Set();

        var answers = await Task.WhenAll(generations.Select(Engines.Read));

        Assert.Equal([FinishReason.Length, FinishReason.Length, FinishReason.Error], answers.Select(answer => answer.Result.Reason));
        Assert.Equal(0, session.ResidentTokens);
        Assert.Equal(3, engine.Status.SlotsFree);
        Assert.Empty(runner.Violations);
    }

    [Fact]
    public async Task TextStream_Throws_EndsTheSequenceWithError()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(1, 64), new DecodeEngineOptions());

        var failed = await engine.Run(Engines.Request([1], 5) with { Text = new BrokenStream() });
        var next = await engine.Run(Engines.Request([1], 5));

        Assert.Equal(FinishReason.Error, failed.Result.Reason);
        Assert.Equal(FinishReason.Length, next.Result.Reason);
    }

    private sealed class BrokenStream : ITokenTextStream
    {
        public string Append(int tokenId) => throw new InvalidOperationException("stream");

        public string Complete() => throw new InvalidOperationException("stream");
    }
}
