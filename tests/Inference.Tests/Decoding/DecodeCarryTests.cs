using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Sampling;

namespace VisionCluster.Inference.Tests.Decoding;

/// <summary>A generation leaves one engine and goes on in another, with its KV.</summary>
public sealed class DecodeCarryTests
{
    private const int Slots = 2;
    private const int Capacity = 64;
    private const int Answer = 20;
    private static readonly int[] Prompt = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    public async Task Leave_AnyToken_GoesOnWithoutPrefill(bool exact, bool keepsPrivate, bool mixes)
    {
        var whole = await Engines.Alone(Request(), Capacity);
        for (var cut = 1; cut < Answer; cut++)
        {
            var left = await LeaveAsync(new HistoryRunner(Slots, Capacity), chunk: 16, steps: cut); // a prefill, and cut − 1 rows
            Assert.Equal(FinishReason.Cancelled, left.Result.Reason);
            Assert.Equal(cut, left.Tokens.Length);
            Assert.Equal(Prompt.Length + cut - 1, left.Result.Kv!.Tokens);

            var runner = new HistoryRunner(Slots, Capacity)
            {
                Calls = [],
                IsExact = exact,
                KeepsAnswersPrivate = keepsPrivate,
                MixesRuns = mixes,
                MinExactChunk = exact ? 1 : 2,
            };
            var rest = await GoOnAsync(runner, left);
            Assert.Equal(whole.Updates[cut..], rest.Updates);
            Assert.Equal(whole.Result.Text, rest.Result.Text);
            if (cut > 1)
                Assert.All(runner.Calls[1..], call => Assert.StartsWith("decode", call)); // behind the write
            Assert.Empty(runner.Violations);
        }
    }

    [Fact]
    public async Task Leave_BidirectionalPrompt_GoesOnBehindAllOfIt()
    {
        var left = await LeaveAsync(new HistoryRunner(Slots, Capacity) { BidirectionalPrefix = true }, chunk: 16, steps: 5);
        var runner = new HistoryRunner(Slots, Capacity) { BidirectionalPrefix = true, MinExactChunk = 2, Calls = [] };

        var rest = await GoOnAsync(runner, left);

        Assert.Equal((await Engines.Alone(Request(), Capacity)).Updates[5..], rest.Updates);
        Assert.DoesNotContain(runner.Calls, call => call.StartsWith("prefill", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leave_InThePrompt_PrefillsWhatIsMissing()
    {
        var left = await LeaveAsync(new HistoryRunner(Slots, Capacity), chunk: 3, steps: 2);
        Assert.Equal((0, 6), (left.Tokens.Length, left.Result.Kv!.Tokens));
        var runner = new HistoryRunner(Slots, Capacity) { Calls = [] };

        var rest = await GoOnAsync(runner, left);

        Assert.Equal((await Engines.Alone(Request(), Capacity)).Updates, rest.Updates);
        Assert.Equal(["write 0 from 0 tokens 6", "prefill 0 past 6 tokens 3"], runner.Calls[..2]);
        Assert.Equal(6, rest.Result.CachedTokens);
    }

    [Fact]
    public async Task Leave_MoreThanMayCome_BringsNothing()
    {
        var left = await LeaveAsync(new HistoryRunner(Slots, Capacity), chunk: 16, steps: 3, maxBytes: (Prompt.Length + 2) * sizeof(ulong) - 1);
        Assert.Null(left.Result.Kv);
        Assert.Null((await LeaveAsync(new HistoryRunner(Slots, Capacity) { KvFormat = "" }, chunk: 16, steps: 3)).Result.Kv);
    }

    [Fact]
    public async Task Submit_WhatDoesNotFit_IsPrefilledAgain()
    {
        var left = await LeaveAsync(new HistoryRunner(Slots, Capacity), chunk: 16, steps: 5);
        var kv = left.Result.Kv!;
        var whole = await Engines.Alone(Request(), Capacity);
        var cut = kv.Blocks[0][..^sizeof(ulong)];
        CarriedKv[] strange =
        [
            kv with { Format = "another model's" },
            kv with { Digest = new byte[kv.Digest.Length] },
            kv with { Tokens = kv.Tokens - 1 },
            kv with { Tokens = int.MaxValue },
            kv with { Tokens = 0, Blocks = [] },
            kv with { Blocks = [] },
            kv with { Blocks = [cut] },
        ];
        foreach (var other in strange)
        {
            var runner = new HistoryRunner(Slots, Capacity) { Calls = [] };
            var rest = await GoOnAsync(runner, left with { Result = left.Result with { Kv = other } });
            Assert.Equal(whole.Updates[5..], rest.Updates);
            Assert.StartsWith("prefill 0 past 0", runner.Calls[0]);
        }
    }

    [Fact]
    public async Task Submit_BesideALongPrompt_DoesNotWaitForIt()
    {
        var left = await LeaveAsync(new HistoryRunner(Slots, Capacity), chunk: 16, steps: 5);
        var runner = new HistoryRunner(Slots, Capacity) { Calls = [] };
        using var both = new ManualResetEventSlim();
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions { PrefillChunkTokens = 4, BeforeStep = _ => both.Wait() });
        var prompt = engine.Start(Engines.Request([.. Enumerable.Range(1, 24)], 2));
        var carried = engine.Submit(Continuation(left), left.Result.Kv).Generation!;
        both.Set();

        Assert.Equal((await Engines.Alone(Request(), Capacity)).Updates[5..], (await carried.Read()).Updates);
        await prompt.Read();
        var firstRow = runner.Calls.FindIndex(call => call.StartsWith("decode", StringComparison.Ordinal));
        Assert.InRange(firstRow, 1, 3); // a write, and one of six chunks
    }

    private static GenerationRequest Request() => Engines.Request(Prompt, Answer) with
    {
        CacheScope = "tenant",
        Sampling = new SamplingOptions { Temperature = 1.2f, Seed = 5, RepetitionPenalty = 1.2f },
    };

    /// <summary>Leaves before the step behind so many.</summary>
    private static async Task<Answer> LeaveAsync(HistoryRunner runner, int chunk, int steps, long maxBytes = 1 << 20)
    {
        Generation? generation = null;
        using var started = new ManualResetEventSlim();
        var options = new DecodeEngineOptions
        {
            PrefillChunkTokens = chunk,
            BeforeStep = _ => started.Wait(),
            AfterStep = _ =>
            {
                if (--steps == 0)
                    generation!.Leave(maxBytes);
            },
        };
        await using var engine = new DecodeEngine(runner, options);
        generation = engine.Start(Request());
        started.Set();
        return await generation.Read();
    }

    private static async Task<Answer> GoOnAsync(HistoryRunner runner, Answer left)
    {
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions { PrefillChunkTokens = 16 });
        var submitted = engine.Submit(Continuation(left), left.Result.Kv);
        Assert.Equal(SubmitOutcome.Accepted, submitted.Outcome);
        return await submitted.Generation!.Read();
    }

    private static GenerationRequest Continuation(Answer left) => Request() with
    {
        Prompt = new PromptTokens { Ids = [.. Prompt, .. left.Tokens] },
        AnsweredTokens = left.Tokens.Length,
    };
}
