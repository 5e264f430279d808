using System.Diagnostics;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;

namespace VisionCluster.Cli.Tests.Bench;

public sealed class LoadFiguresTests
{
    [Fact]
    public void Percentiles_HundredValues_AreNearestRanks()
    {
        var values = new Percentiles(Enumerable.Range(1, 100).Select(i => (double)i).Reverse());

        Assert.Equal((50.0, 90.0, 99.0, 100.0), (values.P50!.Value, values.P90!.Value, values.P99!.Value, values.Max!.Value));
        Assert.Null(new Percentiles([]).P99);
        Assert.Equal(7, new Percentiles([7]).P50);
    }

    [Fact]
    public void DecodeTokensPerSecond_StaggeredAnswers_CountsOnlyWhileAllRun()
    {
        // One answers from 0 to 1 s, one from 0.5 s to 1.5 s, a token each 100 ms: together from 0.5 s to 1 s, 20 tokens a second.
        RequestTrace[] traces = [Trace(0, 0, 11), Trace(0, 500, 11)];

        Assert.Equal(20, LoadFigures.DecodeTokensPerSecondOf(traces)!.Value, 3);
        Assert.Equal(22 / 1.5, LoadFigures.TokensPerSecondOf(traces)!.Value, 3);
    }

    [Fact]
    public void DecodeTokensPerSecond_NeverTogether_IsNull() =>
        Assert.Null(LoadFigures.DecodeTokensPerSecondOf([Trace(0, 0, 3), Trace(0, 5000, 3)]));

    [Theory]
    [InlineData(200, 100, true)]
    [InlineData(199, 100, false)]
    [InlineData(200, 99, false)]
    public void Goodput_FirstTokenAndGaps_BothCount(double firstTokenMs, double tokenMs, bool met) =>
        Assert.Equal(met, new ServiceObjective(firstTokenMs, tokenMs).IsMetBy(Trace(0, 200, 5)));

    [Fact]
    public void PrefillTokensPerSecond_CachedPrompts_DoNotCount()
    {
        var figures = new LoadFigures(new ServiceObjective(null, null));
        figures.Add([Trace(0, 500, 2) with { PromptTokens = 100 }, Trace(0, 10, 2) with { PromptTokens = 100, CachedTokens = 99 }]);

        Assert.Equal(200, figures.PrefillTokensPerSecond!.Value, 3);
    }

    private static RequestTrace Trace(long sentMs, long firstMs, int tokens) => new(
        RequestOutcome.Finished, Ticks(sentMs), [.. Enumerable.Range(0, tokens).Select(i => Ticks(firstMs + (i * 100)))], [.. Enumerable.Range(0, tokens)]);

    private static long Ticks(long ms) => ms * Stopwatch.Frequency / 1000;
}
