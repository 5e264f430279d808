using System.Text.Json.Nodes;
using VisionCluster.Cli.Bench.Clients;
using static VisionCluster.Cli.Bench.Figures.BenchReport;

namespace VisionCluster.Cli.Bench.Figures;

/// <summary>The figures of requests that were sent together, over some rounds.</summary>
internal sealed class LoadFigures(ServiceObjective objective)
{
    private readonly List<IReadOnlyList<RequestTrace>> _rounds = [];

    public void Add(IReadOnlyList<RequestTrace> traces) => _rounds.Add(traces);

    /// <summary>All tokens a second from the first request to the last token: the median round.</summary>
    public double? TokensPerSecond => Median(TokensPerSecondOf);

    /// <summary>Tokens a second while all of them decode: the median round; null where that was never so.</summary>
    public double? DecodeTokensPerSecond => Median(DecodeTokensPerSecondOf);

    /// <summary>Prompt tokens a second until the first token of the request that had to prefill them all: the median round.</summary>
    public double? PrefillTokensPerSecond => Median(traces => traces.Where(trace => trace.CachedTokens == 0)
        .Select(trace => trace.PromptTokens / trace.FirstTokenMs * 1000).Max());

    public Percentiles FirstTokenMs => new(Traces.Select(trace => trace.FirstTokenMs).OfType<double>());

    public Percentiles GapMs => new(Traces.SelectMany(trace => trace.GapsMs()));

    /// <summary>Answers a second that meet the objective: the median round.</summary>
    public double? Goodput => Median(traces => traces.Count(objective.IsMetBy) / Seconds(traces));

    private IEnumerable<RequestTrace> Traces => _rounds.SelectMany(round => round);

    /// <summary>Tokens a second as a part of another way's, and how much later the median first token is: medians over the rounds of both.</summary>
    public (double? Rate, double? LaterMs) Against(LoadFigures other)
    {
        var pairs = _rounds.Zip(other._rounds).ToList();
        return (
            new Percentiles(pairs.Select(pair => TokensPerSecondOf(pair.First) / TokensPerSecondOf(pair.Second)).OfType<double>()).P50,
            new Percentiles(pairs.Select(pair => FirstTokenOf(pair.First) - FirstTokenOf(pair.Second)).OfType<double>()).P50);

        static double? FirstTokenOf(IReadOnlyList<RequestTrace> traces) => new Percentiles(traces.Select(trace => trace.FirstTokenMs).OfType<double>()).P50;
    }

    public IReadOnlyList<(string Name, JsonNode? Value)> ToFigures()
    {
        var (first, gap) = (FirstTokenMs, GapMs);
        return
        [
            ("tokens_per_s", Number(TokensPerSecond)),
            ("decode_tokens_per_s", Number(DecodeTokensPerSecond)),
            ("prefill_tokens_per_s", Number(PrefillTokensPerSecond)),
            ("ttft_ms_p50", Number(first.P50)),
            ("ttft_ms_p90", Number(first.P90)),
            ("ttft_ms_p99", Number(first.P99)),
            ("itl_ms_p50", Number(gap.P50)),
            ("itl_ms_p90", Number(gap.P90)),
            ("itl_ms_p99", Number(gap.P99)),
            ("goodput_per_s", Number(Goodput)),
        ];
    }

    public static double? TokensPerSecondOf(IReadOnlyList<RequestTrace> traces) => traces.Sum(trace => trace.Arrivals.Count) / Seconds(traces);

    public static double? DecodeTokensPerSecondOf(IReadOnlyList<RequestTrace> traces)
    {
        if (traces.Any(trace => trace.Arrivals.Count == 0))
        {
            return null;
        }

        var (from, to) = (traces.Max(trace => trace.Arrivals[0]), traces.Min(trace => trace.Arrivals[^1]));
        var tokens = traces.Sum(trace => trace.Arrivals.Count(arrival => arrival > from && arrival <= to));
        return to > from ? tokens / RequestTrace.Ms(from, to) * 1000 : null;
    }

    private static double Seconds(IReadOnlyList<RequestTrace> traces) => RequestTrace.Ms(
        traces.Min(trace => trace.Sent), traces.Max(trace => trace.Arrivals.Count == 0 ? trace.Sent : trace.Arrivals[^1])) / 1000;

    private double? Median(Func<IReadOnlyList<RequestTrace>, double?> figure) => new Percentiles(_rounds.Select(figure).OfType<double>()).P50;
}
