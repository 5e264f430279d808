using System.Diagnostics;
using System.Text.Json.Nodes;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;

namespace VisionCluster.Cli.Bench;

/// <summary>What became of one load's requests.</summary>
/// <param name="Load">Multiple of the capacity.</param>
/// <param name="Traces">All that were sent; the last tenant is the heavier one.</param>
/// <param name="NotSent">Beyond what the client has room for.</param>
/// <param name="Started">By <see cref="Stopwatch"/>.</param>
/// <param name="Took">While requests were sent.</param>
/// <param name="Server">Its processor time meanwhile.</param>
/// <param name="Client">This process's.</param>
internal sealed record OverloadFigures(
    double Load, IReadOnlyList<(int Tenant, RequestTrace Trace)> Traces, int NotSent, long Started, TimeSpan Took, CpuTime Server, TimeSpan Client)
{
    public IReadOnlyList<(string Name, JsonNode? Value)> ToRow(OverloadPlan plan)
    {
        var finished = Traces.Where(t => t.Trace.Outcome == RequestOutcome.Finished).ToList();
        var refusals = new Percentiles(Traces.Select(t => t.Trace.RefusedAfterMs).OfType<double>());
        var first = new Percentiles(finished.Select(t => t.Trace.FirstTokenMs).OfType<double>());
        var good = finished.Where(t => t.Trace.TotalMs <= plan.Deadline.TotalMilliseconds).ToList();

        // While the load lasts: what is still queued then is answered beside nobody.
        var meanwhile = good.Count(t => Stopwatch.GetElapsedTime(Started, t.Trace.Arrivals[^1]) <= plan.Length);
        return
        [
            ("load", Load),
            ("offered_per_s", BenchReport.Number((Traces.Count + NotSent) / plan.Length.TotalSeconds)),
            ("goodput_per_s", BenchReport.Number(meanwhile / plan.Length.TotalSeconds)),
            ("refused", Traces.Count(t => t.Trace.Outcome == RequestOutcome.Refused)),
            ("late", Traces.Count(t => t.Trace.Outcome == RequestOutcome.Late) + finished.Count - good.Count),
            ("not_sent", NotSent),
            ("refusal_ms_p50", BenchReport.Number(refusals.P50)),
            ("refusal_ms_p99", BenchReport.Number(refusals.P99)),
            ("ttft_ms_p50", BenchReport.Number(first.P50)),
            ("ttft_ms_p99", BenchReport.Number(first.P99)),
            ("heavy_share", BenchReport.Number(good.Count == 0 ? null : good.Count(t => t.Tenant == 1) / (double)good.Count)),
            ("engine_cores", BenchReport.Number(Server.Devices / Took)),
            ("gateway_cores", BenchReport.Number(Server.Rest / Took)),
            ("client_cores", BenchReport.Number(Client / Took)),
        ];
    }
}
