using System.Diagnostics;
using VisionCluster.Cli.Bench.Clients;
using VisionCluster.Cli.Bench.Figures;

namespace VisionCluster.Cli.Bench;

/// <summary>Runs the loads of an <see cref="OverloadPlan"/>, one after another, and all of them again.</summary>
internal sealed class Overload(OverloadPlan plan, OverloadTarget target)
{
    private const int MostInFlight = 20_000; // what is sent beyond waits in the client, and would measure the client

    private readonly Random _random = new(1);
    private int _number;

    /// <param name="hosting">What the command line says about the model.</param>
    /// <param name="report">Gets a row for each load.</param>
    /// <param name="plan">Which.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task RunAsync(IReadOnlyList<string> hosting, BenchReport report, OverloadPlan plan, CancellationToken cancellation)
    {
        await using var target = await OverloadTarget.StartAsync(hosting, plan, cancellation);
        var overload = new Overload(plan, target);
        var capacity = await overload.CapacityAsync(cancellation);
        report.About("prompt", plan.Prompt).About("output", plan.Output).About("picture", plan.Picture?.Name)
            .About("deadline_ms", plan.Deadline.TotalMilliseconds).About("slots", target.Slots)
            .About("capacity_per_s", BenchReport.Number(capacity));
        var figures = plan.Loads.Select(load => new OverloadFigures(load, plan)).ToList();
        for (var round = 0; round <= plan.Rounds; round++) // the first warms up: code that refuses is compiled when it is needed
        {
            foreach (var load in figures)
            {
                var offered = await overload.OfferAsync(load.Load, capacity, cancellation);
                if (round > 0)
                {
                    load.Add(offered);
                }
            }
        }

        var peak = figures.Max(load => load.Goodput);
        figures.ForEach(load => report.Add(load.ToRow(peak)));
    }

    /// <summary>Answers a second of one client for each slot, who asks again as soon as it has its answer.</summary>
    private async Task<double> CapacityAsync(CancellationToken cancellation)
    {
        var answers = 0;
        for (var round = 0; round < 2; round++) // the first warms up
        {
            answers = 0;
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, target.Slots).Select(i => Task.Run(
                async () =>
                {
                    while (Stopwatch.GetElapsedTime(started) < plan.Length / 2)
                    {
                        if ((await target.Clients[i % 2].RunAsync(NextRequest(), cancellation)).Outcome == RequestOutcome.Finished)
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
    private async Task<OfferedLoad> OfferAsync(double load, double capacity, CancellationToken cancellation)
    {
        var (sent, skipped, inFlight) = (new List<Task<(int Tenant, RequestTrace Trace)>>(), 0, 0);
        var (started, server, client) = (Stopwatch.GetTimestamp(), target.Cpu(), CpuTime.Read());
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var next = TimeSpan.Zero;
        while (next < plan.Length && await timer.WaitForNextTickAsync(cancellation))
        {
            for (var now = Stopwatch.GetElapsedTime(started); next <= now && next < plan.Length; next += Pause(load * capacity))
            {
                if (Volatile.Read(ref inFlight) >= MostInFlight)
                {
                    skipped++;
                    continue;
                }

                var (tenant, request) = (_random.Next(target.Clients.Count), NextRequest());
                Interlocked.Increment(ref inFlight);
                sent.Add(Task.Run(async () =>
                {
                    var trace = await target.Clients[tenant].RunAsync(request, cancellation);
                    Interlocked.Decrement(ref inFlight);
                    return (tenant, trace);
                }));
            }
        }

        // Of the load alone: what is answered afterwards costs, too, but nobody asks meanwhile.
        var (serverCpu, clientCpu, took) = (target.Cpu() - server, CpuTime.Read() - client, Stopwatch.GetElapsedTime(started));
        var traces = await Task.WhenAll(sent);
        cancellation.ThrowIfCancellationRequested();
        return new OfferedLoad(traces, skipped, started, took, serverCpu, clientCpu.Total);
    }

    private TimeSpan Pause(double perSecond) => TimeSpan.FromSeconds(-Math.Log(1 - _random.NextDouble()) / perSecond);

    private BenchRequest NextRequest() =>
        new(new BenchPrompt.Message(BenchModel.Text(target.Words, Interlocked.Increment(ref _number)), plan.Picture?.Anew()), plan.Output);
}
