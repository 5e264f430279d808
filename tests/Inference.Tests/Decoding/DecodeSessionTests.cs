using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class DecodeSessionTests
{
    [Fact]
    public async Task Session_NextTurn_PrefillsOnlyTheNewTokens()
    {
        var calls = new List<string>();
        await using var engine = new DecodeEngine(new HistoryRunner(2, 64) { Calls = calls }, new DecodeEngineOptions());
        using var session = engine.OpenSession();

        var first = await engine.Run(Engines.Request([1, 2, 3], 4, session));
        var resident = session.ResidentTokens;
        int[] prompt = [1, 2, 3, .. first.Tokens, 5, 6];
        var generation = engine.Start(Engines.Request(prompt, 4, session));
        var second = await generation.Read();

        Assert.Equal(6, resident); // the last token never ran
        Assert.Equal(6, second.Result.CachedTokens);
        Assert.Equal(6, await generation.Admitted);
        Assert.Contains("prefill 0 past 6 tokens 3", calls);
        Assert.Equal((await Engines.Alone(Engines.Request(prompt, 4), 64)).Tokens, second.Tokens);
        Assert.Equal(new DecodeEngineStatus(2, 1, 1, 0, 0), engine.Status);
    }

    [Fact]
    public async Task Session_SamePromptAgain_RunsTheLastTokenOnly()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(2, 64), new DecodeEngineOptions());
        using var session = engine.OpenSession();

        var first = await engine.Run(Engines.Request([1, 2, 3], 4, session));
        var second = await engine.Run(Engines.Request([1, 2, 3], 4, session));

        Assert.Equal(2, second.Result.CachedTokens);
        Assert.Equal(first.Tokens, second.Tokens);
    }

    [Fact]
    public async Task Session_Evicted_PrefillsEverythingWithTheSameResult()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(2, 64), new DecodeEngineOptions());
        using var oldest = engine.OpenSession();
        using var newer = engine.OpenSession();
        var first = await engine.Run(Engines.Request([1, 2, 3], 4, oldest));
        await engine.Run(Engines.Request([4], 4, newer));
        await engine.Run(Engines.Request([5], 4));

        Assert.Equal(0, oldest.ResidentTokens);
        Assert.Equal(4, newer.ResidentTokens);
        var again = await engine.Run(Engines.Request([1, 2, 3], 4, oldest));

        Assert.Equal(0, again.Result.CachedTokens);
        Assert.Equal(first.Tokens, again.Tokens);
    }

    [Fact]
    public async Task Session_Generating_IsBusyUntilTheResult()
    {
        using var hold = new ManualResetEventSlim();
        await using var engine = new DecodeEngine(
            new HistoryRunner(2, 64), new DecodeEngineOptions { BeforeStep = _ => hold.Or("the test let the step go") });
        using var session = engine.OpenSession();
        var first = engine.Start(Engines.Request([1], 1, session));

        var busy = engine.Submit(Engines.Request([1], 1, session));
        hold.Set();
        await first.Result.Or("the first generation ended");
        var next = engine.Submit(Engines.Request([1], 1, session));

        Assert.Equal(SubmitOutcome.SessionBusy, busy.Outcome);
        Assert.Equal(SubmitOutcome.Accepted, next.Outcome);
    }

    [Fact]
    public async Task Session_Cancelled_KeepsWhatRan()
    {
        Generation? running = null;
        var calls = 0;
        var runner = new HistoryRunner(1, 64);
        runner.OnCall = _ =>
        {
            if (++calls == 2) // in the second chunk
                running!.Cancel();
        };
        using var hold = new ManualResetEventSlim();
        await using var engine = new DecodeEngine(
            runner, new DecodeEngineOptions { PrefillChunkTokens = 2, BeforeStep = _ => hold.Or("the test let the step go") });
        using var session = engine.OpenSession();
        running = engine.Start(Engines.Request([1, 2, 3, 4, 5, 6], 1, session));
        hold.Set();

        var result = await running.Result.Or("the generation ended");

        Assert.Equal(FinishReason.Cancelled, result.Reason);
        Assert.Equal(4, session.ResidentTokens);
    }

    [Fact]
    public async Task Dispose_WhileRunning_CancelsAndFrees()
    {
        using var hold = new ManualResetEventSlim();
        await using var engine = new DecodeEngine(
            new HistoryRunner(1, 64), new DecodeEngineOptions { BeforeStep = _ => hold.Or("the test let the step go") });
        var session = engine.OpenSession();
        var generation = engine.Start(Engines.Request([1, 2], 40, session));
        session.Dispose();
        session.Dispose();
        hold.Set();

        var result = await generation.Result.Or("the generation ended");

        Assert.Equal(FinishReason.Cancelled, result.Reason);
        Assert.Equal(0, session.ResidentTokens);
        Assert.Equal(1, engine.Status.SlotsFree);
        Assert.Throws<ObjectDisposedException>(() => engine.Submit(Engines.Request([1], 1, session)));
    }

    [Fact]
    public async Task Dispose_WhileIdle_FreesTheSlotWithoutWork()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(1, 64), new DecodeEngineOptions());
        var session = engine.OpenSession();
        await engine.Run(Engines.Request([1, 2], 4, session));

        session.Dispose();

        Assert.True(
            SpinWait.SpinUntil(() => engine.Status.SlotsFree == 1, TimeSpan.FromSeconds(10)), "The idle engine did not free the slot.");
        Assert.Equal(0, session.ResidentTokens);
    }

    [Fact]
    public async Task Images_SameIdsOtherKey_ShareOnlyWhatIsBeforeThem()
    {
        await using var engine = new DecodeEngine(new HistoryRunner(2, 64), new DecodeEngineOptions { PrefillChunkTokens = 2 });
        using var session = engine.OpenSession();
        var cat = new PromptImage("cat", 2, new float[] { 1, 2, 3, 4 });
        var dog = new PromptImage("dog", 3, new float[] { 5, 6, 7, 8, 9, 10 });
        int[] ids = [1, 31, 31, 31, 2, 31, 31, 3];

        var catDog = await engine.Run(Images(cat, dog));
        var again = await engine.Run(Images(cat, dog));
        var dogCat = await engine.Run(Images(dog, cat));
        var none = await engine.Run(Images(new PromptImage("none", 0, default), dog, cat));

        Assert.Equal(7, again.Result.CachedTokens);
        Assert.Equal(catDog.Tokens, again.Tokens);
        Assert.Equal(1, dogCat.Result.CachedTokens);
        Assert.Equal(7, none.Result.CachedTokens);
        foreach (var (answer, request) in new[] { (catDog, Images(cat, dog)), (dogCat, Images(dog, cat)) })
            Assert.Equal((await Engines.Alone(request, 64)).Tokens, answer.Tokens);

        GenerationRequest Images(params PromptImage[] images) =>
            Engines.Request(ids, 3, session) with { Prompt = new() { Ids = ids, ImageTokenId = 31, Images = images } };
    }
}
