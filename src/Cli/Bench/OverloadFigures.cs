using System.Diagnostics;
using System.Text.Json.Nodes;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;
using static VisionCluster.Cli.Bench.Figures.BenchReport;

namespace VisionCluster.Cli.Bench;

/// <summary>One load, as often as it was offered.</summary>
/// <param name="load">Multiple of the capacity.</param>
/// <param name="plan">Says what is in time.</param>
internal sealed class OverloadFigures(double load, OverloadPlan plan)
{
    private readonly List<OfferedLoad> _rounds = [];

    public double Load => load;

    /// <summary>Complete answers in time a second, while the load lasts: the median round.</summary>
    public double Goodput => Goodputs.P50 ?? 0;

    // What is still queued when the load ends is answered beside nobody.
    private Percentiles Goodputs => new(_rounds.Select(round => Good(round)
        .Count(t => Stopwatch.GetElapsedTime(round.Started, t.Trace.Arrivals[^1]) <= plan.Length) / plan.Length.TotalSeconds));

    public void Add(OfferedLoad round) => _rounds.Add(round);

    /// <param name="peak">Of all loads' <see cref="Goodput"/>.</param>
    public IReadOnlyList<(string Name, JsonNode? Value)> ToRow(double peak)
    {
        var refusals = new Percentiles(Traces.Select(t => t.Trace.RefusedAfterMs).OfType<double>());
        var first = new Percentiles(Finished(Traces).Select(t => t.Trace.FirstTokenMs).OfType<double>());
        var good = _rounds.SelectMany(Good).ToList();
        return
        [
            ("load", load),
            ("offered_per_s", Number(Median(round => (round.Traces.Count + round.NotSent) / plan.Length.TotalSeconds))),
            ("goodput_per_s", Number(Goodput)),
            ("goodput_min", Number(Goodputs.At(0))),
            ("goodput_max", Number(Goodputs.Max)),
            ("of_peak", Number(Goodput / peak)),
            ("refused_per_s", Number(Median(round => Count(round, RequestOutcome.Refused) / plan.Length.TotalSeconds))),
            ("late_per_s", Number(Median(round => Late(round) / plan.Length.TotalSeconds))),
            ("not_sent", _rounds.Sum(round => round.NotSent)),
            ("refusal_ms_p50", Number(refusals.P50)),
            ("refusal_ms_p99", Number(refusals.P99)),
            ("ttft_ms_p50", Number(first.P50)),
            ("ttft_ms_p99", Number(first.P99)),
            ("heavy_share", Number(good.Count == 0 ? null : good.Count(t => t.Tenant == 1) / (double)good.Count)),
            ("engine_cores", Number(Median(round => round.Server.Devices / round.Took))),
            ("gateway_cores", Number(Median(round => round.Server.Rest / round.Took))),
            ("client_cores", Number(Median(round => round.Client / round.Took))),
        ];
    }

    private IEnumerable<(int Tenant, RequestTrace Trace)> Traces => _rounds.SelectMany(round => round.Traces);

    private static IEnumerable<(int Tenant, RequestTrace Trace)> Finished(IEnumerable<(int Tenant, RequestTrace Trace)> traces) =>
        traces.Where(t => t.Trace.Outcome == RequestOutcome.Finished);

    private static int Count(OfferedLoad round, RequestOutcome outcome) => round.Traces.Count(t => t.Trace.Outcome == outcome);

    private IEnumerable<(int Tenant, RequestTrace Trace)> Good(OfferedLoad round) =>
        Finished(round.Traces).Where(t => t.Trace.TotalMs <= plan.Deadline.TotalMilliseconds);

    private int Late(OfferedLoad round) => Count(round, RequestOutcome.Late) + Count(round, RequestOutcome.Finished) - Good(round).Count();

    private double? Median(Func<OfferedLoad, double> figure) => new Percentiles(_rounds.Select(figure)).P50;
}
