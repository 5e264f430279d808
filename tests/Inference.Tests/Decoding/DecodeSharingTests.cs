using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

public sealed class DecodeSharingTests
{
    private static readonly int[] Prompt = [1, 2, 3, 4, 5, 6];

    private readonly List<string> _calls = [];

    [Fact]
    public async Task CacheScope_SameScope_CopiesTheCommonPrefix()
    {
        await using var engine = Engine(3);
        using var first = engine.OpenSession();
        using var second = engine.OpenSession();
        await engine.Run(Engines.Request(Prompt, 2, first) with { CacheScope = "tenant" });

        var answer = await engine.Run(Engines.Request([1, 2, 3, 4, 9], 3, second) with { CacheScope = "tenant" });

        Assert.Equal(4, answer.Result.CachedTokens);
        Assert.Equal(7, first.ResidentTokens);
        Assert.Contains("copy 0 to 1", _calls);
        Assert.Contains("prefill 1 past 4 tokens 1", _calls);
        Assert.Equal((await Engines.Alone(Engines.Request([1, 2, 3, 4, 9], 3), 64)).Tokens, answer.Tokens);
    }

    [Theory]
    [InlineData("other")]
    [InlineData(null)]
    public async Task CacheScope_OtherScope_SharesNothing(string? scope)
    {
        await using var engine = Engine(3);
        using var first = engine.OpenSession();
        await engine.Run(Engines.Request(Prompt, 2, first) with { CacheScope = "tenant" });

        var answer = await engine.Run(Engines.Request(Prompt, 2) with { CacheScope = scope });

        Assert.Equal(0, answer.Result.CachedTokens);
    }

    [Fact]
    public async Task CacheScope_SourceIsEvictedForIt_TakesTheSlotOverWithoutACopy()
    {
        await using var engine = Engine(1);
        using var first = engine.OpenSession();
        await engine.Run(Engines.Request(Prompt, 2, first) with { CacheScope = "tenant" });

        var answer = await engine.Run(Engines.Request([1, 2, 3, 4, 9], 3) with { CacheScope = "tenant" });

        Assert.Equal((4, 0), (answer.Result.CachedTokens, first.ResidentTokens));
        Assert.DoesNotContain(_calls, call => call.StartsWith("copy", StringComparison.Ordinal));
        Assert.Equal((await Engines.Alone(Engines.Request([1, 2, 3, 4, 9], 3), 64)).Tokens, answer.Tokens);
    }

    private DecodeEngine Engine(int slots) =>
        new(new HistoryRunner(slots, 64) { Calls = _calls }, new DecodeEngineOptions { MinSharedTokens = 4 });
}
