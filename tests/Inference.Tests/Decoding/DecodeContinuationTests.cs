using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class DecodeContinuationTests
{
    private static readonly int[] Prompt = [1, 2, 3];

    [Fact]
    public async Task AnsweredTokens_AnyCut_GoOnAsIfNothingHadHappened()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(2, 64), new DecodeEngineOptions());
        var free = await engine.Run(Request(["zzz"]));
        string[] stops = [LetterStream.Text(free.Tokens[8..11]), LetterStream.Text(free.Tokens[2..4]) + "?"];
        var whole = await engine.Run(Request(stops));

        for (var cut = 1; cut < whole.Tokens.Length; cut++)
        {
            var rest = await engine.Run(Request(stops) with
            {
                Prompt = new PromptTokens { Ids = [.. Prompt, .. whole.Tokens[..cut]] },
                AnsweredTokens = cut,
            });

            Assert.Equal(whole.Updates[cut..], rest.Updates);
            Assert.Equal((whole.Result.Reason, whole.Result.StopString), (rest.Result.Reason, rest.Result.StopString));
            Assert.Equal(whole.Tokens.Length - cut, rest.Result.GeneratedTokens);
        }
        Assert.Equal((FinishReason.Stop, 11), (whole.Result.Reason, whole.Tokens.Length));
    }

    [Fact]
    public async Task AnsweredTokens_TheWholeAnswer_EndsAtOnce()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(2, 64), new DecodeEngineOptions());
        var whole = await engine.Run(Engines.Request(Prompt, 5));
        var request = Engines.Request([.. Prompt, .. whole.Tokens], 5) with { AnsweredTokens = 5 };

        var byLength = await engine.Run(request);
        var byToken = await engine.Run(request with
        {
            Text = new LetterStream(),
            Stop = new() { MaxTokens = 9, StopTokenIds = new HashSet<int> { whole.Tokens[^1] } },
        });

        Assert.Equal((FinishReason.Length, 0), (byLength.Result.Reason, byLength.Result.GeneratedTokens));
        Assert.Equal((FinishReason.Stop, 0), (byToken.Result.Reason, byToken.Result.GeneratedTokens));
        Assert.Throws<ArgumentException>(() => engine.Submit(request with { AnsweredTokens = 6 }));
    }

    private static GenerationRequest Request(string[] stops) => Engines.Request(Prompt, 20) with
    {
        Stop = new() { MaxTokens = 20, MinTokens = 2, StopStrings = stops },
        Sampling = new SamplingOptions
        {
            Temperature = 1.2f,
            TopP = 0.9f,
            Seed = 11,
            RepetitionPenalty = 1.2f,
            FrequencyPenalty = 0.7f,
            PresencePenalty = 0.3f,
        },
    };
}
