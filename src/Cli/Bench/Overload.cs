using System.Diagnostics;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;
using VisionCluster.Cli.Hosting;
using VisionCluster.Gateway.Auth;

namespace VisionCluster.Cli.Bench;

/// <summary>Runs the loads of an <see cref="OverloadPlan"/>, one after another, and says what became of their requests.</summary>
internal sealed class Overload
{
    private const int MostInFlight = 20_000; // what is sent beyond waits in the client, and would measure the client
    private static readonly (string Tenant, double Weight)[] Tenants = [("light", 1), ("heavy", 3)];

    private readonly BenchModel _model;
    private readonly OverloadPlan _plan;
    private readonly GatewayClient[] _clients;
    private readonly Random _random = new(1);
    private readonly BenchPrompt.Message[] _messages; // made before: making one tokenises it
    private int _number;

    private Overload(BenchModel model, OverloadPlan plan, GatewayClient[] clients)
    {
        (_model, _plan, _clients) = (model, plan, clients);
        _messages = [.. Enumerable.Range(0, 500).Select(number => model.Message(plan.Prompt, number))];
    }

    public static async Task<BenchReport> RunAsync(BenchSettings settings, OverloadPlan plan, CancellationToken cancellation)
    {
        await using var model = await BenchModel.LoadAsync(settings);
        model.RequireRoom(plan.Prompt * 2, plan.Output);
        await using var cluster = await model.StartClusterAsync(cancellation, configure: gateway =>
        {
            foreach (var (tenant, weight) in Tenants)
            {
                gateway.Auth.ApiKeys.Add(new ApiKeyOptions { Key = KeyOf(tenant), Tenant = tenant });
                gateway.Auth.TenantWeights[tenant] = weight;
            }

            gateway.MaxStreamsPerConnection = 1_000;
        });
        var clients = Tenants.Select(t => new GatewayClient(cluster.Endpoint, KeyOf(t.Tenant), plan.Deadline)).ToArray();
        try
        {
            var overload = new Overload(model, plan, clients);
            var capacity = await overload.CapacityAsync(cancellation);
            var report = model.Report("overload").About("prompt", plan.Prompt).About("output", plan.Output).About("picture", plan.Picture?.Name)
                .About("deadline_ms", plan.Deadline.TotalMilliseconds).About("slots", model.Host.Decoder!.Status.Slots)
                .About("capacity_per_s", BenchReport.Number(capacity));
            foreach (var load in plan.Loads)
            {
                await overload.OfferAsync(report, load, capacity, cancellation);
            }

            return report;
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }
    }

    private static string KeyOf(string tenant) => $"overload-bench-{tenant}";

    /// <summary>Answers a second of one client for each slot, who asks again as soon as it has its answer.</summary>
    private async Task<double> CapacityAsync(CancellationToken cancellation)
    {
        var (slots, answers) = (_model.Host.Decoder!.Status.Slots, 0);
        for (var round = 0; round < 2; round++) // the first warms up
        {
            answers = 0;
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, slots).Select(i => Task.Run(
                async () =>
                {
                    while (Stopwatch.GetElapsedTime(started) < _plan.Length / 2)
                    {
                        if ((await _clients[i % 2].RunAsync(NextRequest(), cancellation)).Outcome == RequestOutcome.Finished)
                        {
                            Interlocked.Increment(ref answers);
                        }
                    }
                },
                cancellation)));
            cancellation.ThrowIfCancellationRequested();
            if (round > 0)
            {
                return answers / Stopwatch.GetElapsedTime(started).TotalSeconds;
            }
        }

        return answers;
    }

    /// <summary>Sends requests at random times (a Poisson process), whatever becomes of them.</summary>
    private async Task OfferAsync(BenchReport report, double load, double capacity, CancellationToken cancellation)
    {
        var (sent, skipped, inFlight) = (new List<Task<(int Tenant, RequestTrace Trace)>>(), 0, 0);
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var next = TimeSpan.Zero;
        while (next < _plan.Length && await timer.WaitForNextTickAsync(cancellation))
        {
            for (var now = Stopwatch.GetElapsedTime(started); next <= now && next < _plan.Length; next += Pause(load * capacity))
            {
                if (Volatile.Read(ref inFlight) >= MostInFlight)
                {
                    skipped++;
                    continue;
                }

                var (tenant, request) = (_random.Next(Tenants.Length), NextRequest());
                Interlocked.Increment(ref inFlight);
                sent.Add(Task.Run(async () =>
                {
                    var trace = await _clients[tenant].RunAsync(request, cancellation);
                    Interlocked.Decrement(ref inFlight);
                    return (tenant, trace);
                }));
            }
        }

        var traces = await Task.WhenAll(sent);
        cancellation.ThrowIfCancellationRequested();
        Report(report, load, traces, skipped, started);
    }

    private void Report(BenchReport report, double load, (int Tenant, RequestTrace Trace)[] traces, int skipped, long started)
    {
        var finished = traces.Where(t => t.Trace.Outcome == RequestOutcome.Finished).ToList();
        var refusals = new Percentiles(traces.Select(t => t.Trace.RefusedAfterMs).OfType<double>());
        var first = new Percentiles(finished.Select(t => t.Trace.FirstTokenMs).OfType<double>());
        var good = finished.Where(t => t.Trace.TotalMs <= _plan.Deadline.TotalMilliseconds).ToList();

        // While the load lasts: what is still queued then is answered beside nobody.
        var meanwhile = good.Count(t => Stopwatch.GetElapsedTime(started, t.Trace.Arrivals[^1]) <= _plan.Length);
        report.Add(
            ("load", load),
            ("offered_per_s", BenchReport.Number((traces.Length + skipped) / _plan.Length.TotalSeconds)),
            ("goodput_per_s", BenchReport.Number(meanwhile / _plan.Length.TotalSeconds)),
            ("refused", traces.Count(t => t.Trace.Outcome == RequestOutcome.Refused)),
            ("late", traces.Count(t => t.Trace.Outcome == RequestOutcome.Late)),
            ("not_sent", skipped),
            ("refusal_ms_p50", BenchReport.Number(refusals.P50)),
            ("refusal_ms_p99", BenchReport.Number(refusals.P99)),
            ("ttft_ms_p50", BenchReport.Number(first.P50)),
            ("ttft_ms_p99", BenchReport.Number(first.P99)),
            ("heavy_share", BenchReport.Number(good.Count == 0 ? null : good.Count(t => t.Tenant == 1) / (double)good.Count)));
    }

    private TimeSpan Pause(double perSecond) => TimeSpan.FromSeconds(-Math.Log(1 - _random.NextDouble()) / perSecond);

    private BenchRequest NextRequest()
    {
        var message = _messages[Interlocked.Increment(ref _number) % _messages.Length];
        return new BenchRequest(_plan.Picture is { } picture ? message with { Picture = picture.Anew() } : message, _plan.Output);
    }
}
