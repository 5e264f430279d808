using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

/// <summary>Rows and a prompt's chunk in one run.</summary>
public sealed class DecodeMixedTests
{
    private const int Capacity = 128;

    private readonly List<string> _calls = [];

    [Fact]
    public async Task Prompt_WhileOthersDecode_SharesTheirRuns()
    {
        var answers = await Arrive([.. Enumerable.Range(1, 10)]);

        Assert.All(answers, answer => Assert.Equal(FinishReason.Length, answer.Result.Reason));
        var first = _calls.FindIndex(call => call.Contains(" 2:", StringComparison.Ordinal));
        var runs = _calls[first..(first + 3)].Select(call => call.Split(' ')).ToArray();
        Assert.All(runs, run => Assert.Equal(4, run.Length)); // both rows and the prompt
        Assert.Equal(["2:0+4", "2:4+4", "2:8+2"], runs.Select(run => run[3]));
        Assert.All(runs, run => Assert.All(run[1..3], row => Assert.EndsWith("+1", row, StringComparison.Ordinal)));
        Assert.Equal("decode 3", _calls[first + 3]);
        Assert.DoesNotContain(_calls, call => call.StartsWith("prefill 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prompt_Poisoned_HarmsNoRow()
    {
        var answers = await Arrive([1, 2, 3, 4, 5, HistoryRunner.NeverGenerated]);

        Assert.Equal([FinishReason.Length, FinishReason.Length, FinishReason.Error], answers.Select(answer => answer.Result.Reason));
        Assert.Equal("poison", answers[2].Result.Error!.Message);
    }

    [Fact]
    public async Task Run_Throws_EndsAllThatShareItAndGoesOn()
    {
        var answers = await Arrive([1, 2, 3], fails: true);

        Assert.All(answers, answer => Assert.Equal("device", answer.Result.Error!.Message));
    }

    [Fact]
    public async Task Prompts_ForLong_LetAStepRunAloneNowAndThen()
    {
        await Arrive([.. Enumerable.Range(0, 100).Select(i => i % 29)], chunk: 1);

        var runs = string.Join(' ', _calls.Select(call => call[0])).Split('d').Select(part => part.Count(letter => letter == 'r')).Max();
        Assert.InRange(runs, 8, 64);
    }

    /// <summary>Two answers run, then the prompt comes; all three answers.</summary>
    private async Task<Answer[]> Arrive(int[] prompt, int chunk = 4, bool fails = false)
    {
        Generation? arrived = null;
        var runner = new HistoryRunner(3, Capacity) { MixesRuns = true, Calls = _calls, PoisonToken = HistoryRunner.NeverGenerated };
        runner.OnCall = call =>
        {
            if (fails && arrived is not null && call == "run")
            {
                fails = false;
                throw new InvalidOperationException("device");
            }
        };
        GenerationRequest[] requests =
        [
            Engines.Request([1, 2], 110), Engines.Request([3], 110) with { Sampling = Engines.Random(3) }, Engines.Request(prompt, 12),
        ];
        DecodeEngine? engine = null;
        var steps = 0;
        using var submitted = new ManualResetEventSlim();
        await using var created = engine = new DecodeEngine(runner, new DecodeEngineOptions
        {
            PrefillChunkTokens = chunk,
            BeforeStep = _ =>
            {
                submitted.Wait();
                if (++steps == 8)
                    arrived = engine!.Start(requests[2]);
            },
        });
        Generation[] running = [engine.Start(requests[0]), engine.Start(requests[1])];
        submitted.Set();
        var others = await Task.WhenAll(running.Select(Engines.Read));
        Answer[] answers = [.. others, await arrived!.Read()];

        foreach (var (request, answer) in requests.Zip(answers).Where(pair => pair.Second.Result.Reason == FinishReason.Length))
            Assert.Equal((await Engines.Alone(request, Capacity)).Tokens, answer.Tokens);
        Assert.Empty(runner.Violations);
        Assert.Equal((3, 0, 0), (engine.Status.SlotsFree, engine.Status.Running, engine.Status.Waiting));
        return answers;
    }
}
