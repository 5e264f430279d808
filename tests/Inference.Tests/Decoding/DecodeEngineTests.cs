using Microsoft.Extensions.Time.Testing;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class DecodeEngineTests
{
    [Fact]
    public async Task Submit_OnePrompt_YieldsTokensOfItsHistoryThenLength()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(2, 64), new DecodeEngineOptions { PrefillChunkTokens = 2 });

        var answer = await engine.Run(Engines.Request([1, 2, 3, 4, 5], 6));

        var alone = await Engines.Alone(Engines.Request([1, 2, 3, 4, 5], 6), 64);
        Assert.Equal(alone.Tokens, answer.Tokens);
        Assert.Equal(FinishReason.Length, answer.Result.Reason);
        Assert.Equal((5, 0, 6), (answer.Result.PromptTokens, answer.Result.CachedTokens, answer.Result.GeneratedTokens));
        Assert.Equal(LetterStream.Text(answer.Tokens), answer.Text);
        Assert.Equal(Enumerable.Range(0, 6), answer.Updates.Select(update => update.Index));
        Assert.Equal(new DecodeEngineStatus(2, 2, 0, 0, 0), engine.Status);
    }

    [Fact]
    public async Task Submit_WhileOthersDecode_AlternatesChunksAndSteps()
    {
        var calls = new List<string>();
        using var release = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        var runner = new HistoryRunner(4, 64) { Calls = calls };
        runner.OnCall = call =>
        {
            if (call == "decode" && calls.Count(other => other.StartsWith("decode", StringComparison.Ordinal)) == 1)
            {
                started.Set();
                release.Or("the test let the first decode step go");
            }
        };
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions { PrefillChunkTokens = 2 });
        var first = engine.Start(Engines.Request([1], 6));
        started.Or("the first decode step began");
        var second = engine.Start(Engines.Request([1, 2, 3, 4, 5], 2));
        release.Set();

        await first.Read();
        await second.Read();

        Assert.Equal(
            [
                "prefill 0 past 0 tokens 1", "decode 1", "prefill 1 past 0 tokens 2", "decode 1", "prefill 1 past 2 tokens 2", "decode 1",
                "prefill 1 past 4 tokens 1", "decode 2", "decode 1",
            ],
            calls);
    }

    [Fact]
    public async Task Submit_QueueFull_IsRefusedWithAHint()
    {
        using var hold = new ManualResetEventSlim();
        await using var engine = Held(hold, out var began, new HistoryRunner(1, 64), new DecodeEngineOptions { MaxWaiting = 3 });
        engine.Start(Engines.Request([1], 4)); // waits until its first step, too
        began.Or("the first step began");
        var waiting = new[] { engine.Start(Engines.Request([2], 1)), engine.Start(Engines.Request([3], 1)) };

        var refused = engine.Submit(Engines.Request([4], 1));
        var again = engine.Submit(Engines.Request([4], 1));

        Assert.Equal(SubmitOutcome.QueueFull, refused.Outcome);
        Assert.Null(refused.Generation);
        Assert.NotNull(refused.Message);
        Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60));
        Assert.True(again.RetryAfter >= refused.RetryAfter);
        Assert.Equal(3, engine.Status.Waiting);
        hold.Set();
        await Task.WhenAll(waiting.Select(generation => generation.Result)).Or("the waiting generations ended");
    }

    [Fact]
    public async Task Submit_PriorityWhileWaiting_GoesFirst()
    {
        var calls = new List<string>();
        using var hold = new ManualResetEventSlim();
        var runner = new HistoryRunner(1, 64) { Calls = calls };
        await using var engine = Held(hold, out var began, runner, new DecodeEngineOptions());
        engine.Start(Engines.Request([1], 1));
        began.Or("the first step began");
        Generation[] others =
        [
            engine.Start(Engines.Request([1, 2], 1)),
            engine.Start(Engines.Request([1, 2, 3], 1) with { Priority = 1 }),
            engine.Start(Engines.Request([1, 2, 3, 4], 1) with { Priority = 1 }),
        ];
        hold.Set();

        await Task.WhenAll(others.Select(generation => generation.Result)).Or("all generations ended");

        Assert.Equal(
            ["prefill 0 past 0 tokens 1", "prefill 0 past 0 tokens 3", "prefill 0 past 0 tokens 4", "prefill 0 past 0 tokens 2"], calls);
    }

    [Fact]
    public async Task Submit_PromptFillsTheSlot_IsTooLong()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(1, 8), new DecodeEngineOptions());

        Assert.Equal(SubmitOutcome.PromptTooLong, engine.Submit(Engines.Request(new int[8], 1)).Outcome);
        var answer = await engine.Run(Engines.Request(new int[5], int.MaxValue));

        Assert.Equal((FinishReason.Length, 3), (answer.Result.Reason, answer.Result.GeneratedTokens));
    }

    [Fact]
    public async Task Submit_BrokenRequest_ThrowsSayingEverything()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(1, 8), new DecodeEngineOptions());
        var request = Engines.Request([1, 32], 0) with { Sampling = new() { TopP = float.NaN } };
        var images = new PromptTokens { Ids = [1, 7, 7], ImageTokenId = 7, Images = [new PromptImage("k", 1, new float[2])] };

        var error = Assert.Throws<ArgumentException>(() => engine.Submit(request));
        var imageError = Assert.Throws<ArgumentException>(() => engine.Submit(request with { Prompt = images }));
        var empty = Assert.Throws<ArgumentException>(() => engine.Submit(Engines.Request([], 1)));

        Assert.Contains("top_p", error.Message);
        Assert.Contains("max_tokens", error.Message);
        Assert.Contains("Token 32 at position 1", error.Message);
        Assert.Contains("2 image placeholders, but its images have 1 rows", imageError.Message);
        Assert.Contains("at least one token", empty.Message);
    }

    [Fact]
    public async Task Cancel_WhileRunningAndWhileWaiting_FreesBeforeTheNextStep()
    {
        var calls = new List<string>();
        using var hold = new ManualResetEventSlim();
        var runner = new HistoryRunner(1, 64) { Calls = calls };
        await using var engine = Held(hold, out var began, runner, new DecodeEngineOptions());
        var running = engine.Start(Engines.Request([1], 50));
        began.Or("the first step began");
        var waiting = engine.Start(Engines.Request([2], 1));
        var last = engine.Start(Engines.Request([3, 4], 1));
        running.Cancel();
        running.Cancel();
        waiting.Cancel();
        hold.Set();

        var answers = await Task.WhenAll(running.Read(), waiting.Read(), last.Read());

        Assert.Equal([FinishReason.Cancelled, FinishReason.Cancelled, FinishReason.Length], answers.Select(answer => answer.Result.Reason));
        Assert.Single(answers[0].Tokens);
        Assert.Empty(answers[1].Tokens);
        Assert.True(waiting.Admitted.IsCanceled);
        Assert.Equal(["prefill 0 past 0 tokens 1", "prefill 0 past 0 tokens 2"], calls);
    }

    [Fact]
    public async Task Deadline_WhenTheClockIsSet_StaysWhereItWas()
    {
        var time = new SettableClock();
        using var hold = new ManualResetEventSlim();
        await using var engine = Held(hold, out var began, new HistoryRunner(1, 64), new DecodeEngineOptions(), time);
        var running = engine.Start(Engines.Request([1], 5) with { TimeLeft = TimeSpan.FromMinutes(5) });
        began.Or("the first step began");
        time.Offset = TimeSpan.FromHours(2);
        hold.Set();

        Assert.Equal(FinishReason.Length, (await running.Read()).Result.Reason);
    }

    [Fact]
    public async Task Deadline_PassedWhileRunningOrWaiting_EndsTheGeneration()
    {
        var time = new FakeTimeProvider();
        using var hold = new ManualResetEventSlim();
        await using var engine = Held(hold, out var began, new HistoryRunner(1, 64), new DecodeEngineOptions(), time);
        var soon = TimeSpan.FromSeconds(5);
        var running = engine.Start(Engines.Request([1], 50) with { TimeLeft = soon });
        began.Or("the first step began");
        var waiting = engine.Start(Engines.Request([1], 50) with { TimeLeft = soon });
        var patient = engine.Start(Engines.Request([1], 2) with { TimeLeft = soon + TimeSpan.FromSeconds(1) });
        time.Advance(TimeSpan.FromSeconds(5));
        hold.Set();

        var answers = await Task.WhenAll(running.Read(), waiting.Read(), patient.Read());

        Assert.Equal(
            [FinishReason.DeadlineExceeded, FinishReason.DeadlineExceeded, FinishReason.Length],
            answers.Select(answer => answer.Result.Reason));
        Assert.Equal(TimeSpan.FromSeconds(5), answers[1].Result.QueueTime);
        Assert.Equal(TimeSpan.FromSeconds(5), answers[2].Result.QueueTime);
        Assert.Equal(1, engine.Status.SlotsFree);
    }

    [Fact]
    public async Task Stop_TokenAndString_EndTheAnswerBeforeThem()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(2, 64), new DecodeEngineOptions());
        var free = await engine.Run(Engines.Request([1, 2], 20));
        var fourth = free.Tokens[3];
        Assert.DoesNotContain(fourth, free.Tokens[..3]);
        var stopString = LetterStream.Text(free.Tokens[3..6]);

        var byToken = await engine.Run(
            Engines.Request([1, 2], 20) with { Stop = new() { MaxTokens = 20, StopTokenIds = new HashSet<int> { fourth } } });
        var byString = await engine.Run(
            Engines.Request([1, 2], 20) with { Stop = new() { MaxTokens = 20, StopStrings = ["??", stopString] } });

        Assert.Equal(free.Tokens[..4], byToken.Tokens);
        Assert.Equal(LetterStream.Text(free.Tokens[..3]), byToken.Text);
        Assert.Equal((FinishReason.Stop, null), (byToken.Result.Reason, byToken.Result.StopString));
        Assert.Equal(free.Tokens[..6], byString.Tokens);
        Assert.Equal(LetterStream.Text(free.Tokens[..3]), byString.Text);
        Assert.Equal((FinishReason.Stop, stopString), (byString.Result.Reason, byString.Result.StopString));
    }

    [Fact]
    public async Task Stop_MinTokens_MasksStopTokensAndIgnoresStringsUntilThen()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(2, 64), new DecodeEngineOptions());
        var free = await engine.Run(Engines.Request([1, 2], 8));
        var first = LetterStream.Text(free.Tokens[..1]);

        var masked = await engine.Run(Engines.Request([1, 2], 8) with
        {
            Stop = new() { MaxTokens = 8, MinTokens = 3, StopTokenIds = new HashSet<int>(free.Tokens) },
        });
        var strings = await engine.Run(
            Engines.Request([1, 2], 8) with { Stop = new() { MaxTokens = 8, MinTokens = 2, StopStrings = [first] } });

        Assert.DoesNotContain(masked.Tokens.Take(3), id => free.Tokens.Contains(id));
        Assert.StartsWith(first, strings.Text);
    }

    [Fact]
    public async Task Result_HeldText_IsFlushedAtTheEnd()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(1, 64), new DecodeEngineOptions());
        var free = await engine.Run(Engines.Request([1, 2], 3));

        var answer = await engine.Run(Engines.Request([1, 2], 3) with
        {
            Stop = new() { MaxTokens = 3, StopStrings = [LetterStream.Text(free.Tokens[2..]) + "\uFFFDx"] },
            Text = new LetterStream("\uFFFD"),
        });

        Assert.Equal(LetterStream.Text(free.Tokens[2..]) + "\uFFFD", answer.Result.Text);
        Assert.Equal(FinishReason.Length, answer.Result.Reason);
    }

    [Fact]
    public async Task Dispose_WithWork_CancelsItAndDisposesTheRunner()
    {
        var runner = new HistoryRunner(1, 64);
        using var hold = new ManualResetEventSlim();
        var engine = Held(hold, out var began, runner, new DecodeEngineOptions());
        var running = engine.Start(Engines.Request([1], 50));
        began.Or("the first step began");
        var waiting = engine.Start(Engines.Request([1], 50));
        var disposal = engine.DisposeAsync().AsTask();
        hold.Set();

        await disposal.Or("the engine was disposed");
        await engine.DisposeAsync();

        Assert.Equal(FinishReason.Cancelled, (await running.Result).Reason);
        Assert.Equal(FinishReason.Cancelled, (await waiting.Result).Reason);
        Assert.True(runner.IsDisposed);
        Assert.Equal(SubmitOutcome.Unavailable, engine.Submit(Engines.Request([1], 1)).Outcome);
    }

    /// <summary>An engine whose first step waits until <paramref name="hold"/> is set.</summary>
    private static DecodeEngine Held(
        ManualResetEventSlim hold,
        out ManualResetEventSlim began,
        HistoryRunner runner,
        DecodeEngineOptions options,
        TimeProvider? time = null)
    {
        var signal = began = new ManualResetEventSlim();
        return new DecodeEngine(
            runner,
            options with
            {
                BeforeStep = _ =>
                {
                    signal.Set();
                    hold.Or("the test let the first step go");
                },
            },
            time);
    }
}
