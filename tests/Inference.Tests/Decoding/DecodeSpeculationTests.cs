using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class DecodeSpeculationTests
{
    /// <summary>So few tokens that the text repeats itself, and guesses are right now and then.</summary>
    private const int Vocabulary = 3;

    public static TheoryData<SamplingOptions> Samplings() => new(
        SamplingOptions.Greedy,
        Engines.Random(7),
        new SamplingOptions { Temperature = 0.7f, Seed = 3, RepetitionPenalty = 1.2f, LogProbs = true, TopLogProbs = 2 });

    [Theory]
    [MemberData(nameof(Samplings))]
    public async Task Draft_AnyLength_ChangesNoToken(SamplingOptions sampling)
    {
        var request = Engines.Request([0, 1, 2, 0, 1], 200) with { Sampling = sampling };
        var alone = await Engines.Alone(request, 256, Vocabulary);
        for (var draft = 1; draft < 8; draft++)
        {
            var runner = new HistoryRunner(2, 256, Vocabulary) { LogitRows = 8 };
            await using var engine = new DecodeEngine(runner, new DecodeEngineOptions { MaxDraftTokens = 8, FixedDraftTokens = draft });

            var answer = await engine.Run(request with { Text = new LetterStream() });

            Assert.Equal(alone.Tokens, answer.Tokens);
            Assert.Equal(alone.Updates.Select(update => update.LogProb), answer.Updates.Select(update => update.LogProb));
            Assert.Equal(alone.Text, answer.Text);
            Assert.Empty(runner.Violations);
        }
    }

    [Fact]
    public async Task Draft_RightGuesses_TakeFewerSteps()
    {
        List<string> calls = [];
        var runner = new HistoryRunner(1, 128) { LogitRows = 8, Calls = calls, EditLogits = (_, logits) => logits[5] = 100 };
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions { MaxDraftTokens = 8, FixedDraftTokens = 7 });

        var answer = await engine.Run(Engines.Request([1, 5, 5, 5, 5, 5, 5, 5, 5, 5], 64));

        Assert.Equal(Enumerable.Repeat(5, 64), answer.Tokens);
        Assert.InRange(calls.Count, 9, 12);
    }

    [Fact]
    public async Task Draft_StopTokenAmongAcceptedOnes_EndsThere()
    {
        var runner = new HistoryRunner(1, 64) { LogitRows = 8, EditLogits = (_, logits) => logits[5] = 100 };
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions { MaxDraftTokens = 8, FixedDraftTokens = 7 });
        using var session = engine.OpenSession();
        var request = Engines.Request([1, 5, 5, 5, 5], 40, session);

        var answer = await engine.Run(request with { Stop = request.Stop with { StopTokenIds = new HashSet<int> { 5 }, MinTokens = 6 } });

        Assert.Equal(FinishReason.Stop, answer.Result.Reason);
        Assert.Equal(7, answer.Tokens.Length);
        Assert.Equal(5 + 6, session.ResidentTokens);
    }
}
