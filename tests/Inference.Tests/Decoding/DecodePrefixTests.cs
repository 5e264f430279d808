using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

/// <summary>Models whose prompts look at themselves in both directions (PaliGemma).</summary>
public sealed class DecodePrefixTests
{
    [Fact]
    public async Task BidirectionalPrefix_LongPromptsOfOneSession_RunWholeAndReuseNothing()
    {
        var calls = new List<string>();
        var runner = new HistoryRunner(2, 64) { Calls = calls, BidirectionalPrefix = true };
        await using var engine = new DecodeEngine(runner, new DecodeEngineOptions { PrefillChunkTokens = 3, MinSharedTokens = 1 });
        using var session = engine.OpenSession();

        var first = await engine.Run(Engines.Request([1, 2, 3, 4, 5, 6, 7], 3, session));
        int[] prompt = [1, 2, 3, 4, 5, 6, 7, .. first.Tokens, 8];
        var second = await engine.Run(Engines.Request(prompt, 3, session));

        Assert.Equal(0, second.Result.CachedTokens);
        Assert.Equal(["prefill 0 past 0 tokens 7", "prefill 0 past 0 tokens 11"], calls.Where(call => call.StartsWith("prefill", StringComparison.Ordinal)));
        Assert.Empty(runner.Violations);
    }
}
