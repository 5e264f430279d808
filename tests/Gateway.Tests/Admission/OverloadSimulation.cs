using VisionCluster.Contracts.Grains;
using VisionCluster.Gateway.Admission;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Tests.Admission;

/// <summary>
/// A device and some gateways in virtual time: the device takes the least served tenant's oldest request when a slot is free, reports every
/// half second, and each gateway knows only the report and what it has let in itself.
/// </summary>
internal sealed class OverloadSimulation(double[] weights, int gateways, TimeSpan maxQueueTime)
{
    private const int Slots = 16;
    private const int Prompt = 100;
    private const int Output = 50;
    private const double TokensPerSecond = 1_000; // of all slots together; 20 answers a second
    private const double ReportInterval = 0.5;
    private static readonly double ServiceTime = Slots * Output / TokensPerSecond;

    private readonly Random _random = new(7);
    private readonly List<Arrival> _waiting = [];
    private readonly PriorityQueue<Arrival, double> _running = new();
    private readonly List<Arrival>[] _unseen = [.. Enumerable.Range(0, gateways).Select(_ => new List<Arrival>())];
    private readonly TrafficShare[] _traffic = [.. Enumerable.Range(0, gateways).Select(_ => new TrafficShare())];
    private readonly double[] _served = new double[weights.Length];
    private ServedModel _model = null!;

    public double Capacity => TokensPerSecond / Output;

    /// <summary>Answers that were complete in time, by tenant.</summary>
    public int[] Good { get; } = new int[weights.Length];

    public double LongestWait { get; private set; }

    /// <param name="rates">Requests a second, by tenant.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="objective">Seconds within which an answer must be complete.</param>
    public OverloadSimulation Run(double[] rates, double seconds, double objective)
    {
        var (total, nextReport, sent) = (rates.Sum(), 0.0, 0);
        for (var now = 0.0; now < seconds; now += -Math.Log(1 - _random.NextDouble()) / total, sent++)
        {
            while (_running.TryPeek(out _, out var end) && end <= now)
            {
                _running.Dequeue();
                StartNext(end, objective);
            }

            if (now >= nextReport)
            {
                Report();
                nextReport = now + ReportInterval;
            }

            Arrive(Pick(rates, total), sent % gateways, now, objective);
        }

        return this;
    }

    private void Arrive(int tenant, int gateway, double now, double objective)
    {
        var request = new AdmissionRequest(
            _model, new RequestCost(Prompt, Output, 0), $"t{tenant}", weights[tenant], 0, TimeSpan.FromSeconds(objective));
        var tickets = _unseen[gateway].Select(a => a.Ticket);
        if (AdmissionPolicy.Judge(
            _model.Load, tickets, _traffic[gateway].Factor, request, maxQueueTime, out _) != AdmissionVerdict.Admitted)
            return;
        var arrival = new Arrival(tenant, now, new AdmissionTicket(null!, request));
        _unseen[gateway].Add(arrival);
        if (_waiting.All(a => a.Tenant != tenant))
            _served[tenant] = Math.Max(_served[tenant], _waiting.Select(a => _served[a.Tenant]).DefaultIfEmpty().Min());
        _waiting.Add(arrival);
        StartNext(now, objective);
    }

    private void StartNext(double now, double objective)
    {
        if (_running.Count >= Slots || _waiting.Count == 0)
            return;
        var next = _waiting.MinBy(a => (_served[a.Tenant], a.At))!;
        _waiting.Remove(next);
        _served[next.Tenant] += (Prompt + (2 * Output)) / weights[next.Tenant];
        _running.Enqueue(next, now + ServiceTime);
        LongestWait = Math.Max(LongestWait, now - next.At);
        if (now + ServiceTime - next.At <= objective)
            Good[next.Tenant]++;
    }

    private void Report()
    {
        var all = _unseen.Sum(own => own.Count);
        for (var gateway = 0; gateway < gateways; gateway++)
        {
            _traffic[gateway].Reported(all, _unseen[gateway].Count);
            _unseen[gateway].Clear();
        }

        var report = new ModelReport
        {
            Name = "m",
            Revision = "r",
            ProcessorDigest = "",
            Family = "f",
            Tasks = ["generate"],
            ContextTokens = 4_096,
            Precision = "fp32",
            Device = "cpu:0",
            Running = _running.Count,
            Waiting = _waiting.Count,
            Load = new DeviceLoad
            {
                SlotsOpen = Slots - _running.Count,
                KvTokensFree = 1_000_000,
                MaxWaiting = 256,
                PrefillTokensPerSecond = 1_000_000,
                DecodeTokensPerSecond = TokensPerSecond,
                MeanOutputTokens = Output,
                Queue =
                [
                    .. _waiting.GroupBy(a => a.Tenant).Select(g => new QueuedLoad(
                        $"t{g.Key}", weights[g.Key], 0, g.Count(), (long)g.Count() * Prompt, (long)g.Count() * Output, 0)),
                ],
            },
        };
        _model = new ServedModel(report, [new ModelDevice("s", "a", report)]);
    }

    private int Pick(double[] rates, double total)
    {
        var at = _random.NextDouble() * total;
        for (var tenant = 0; tenant < rates.Length - 1; tenant++)
        {
            if ((at -= rates[tenant]) < 0)
                return tenant;
        }

        return rates.Length - 1;
    }

    private sealed record Arrival(int Tenant, double At, AdmissionTicket Ticket);
}
