using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Diagnostics;
using VisionCluster.Gateway.Options;

namespace VisionCluster.Gateway.Admission;

/// <summary>
/// Lets generations in by what they cost and what the devices have said about their queues, before anything is spent on a picture. Reports
/// are up to a second old, so what this gateway has let in since then is added. Refusing takes microseconds and throws nothing: at ten times
/// the capacity nearly everything is refused.
/// </summary>
internal sealed class LoadAdmission
{
    private const int MostModels = 1_024;
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(60);

    private readonly AdmissionGate _gate;
    private readonly AdmissionOptions _options;
    private readonly GatewayMetrics _metrics;
    private readonly Lock _lock = new();
    private readonly HashSet<AdmissionTicket> _unseen = []; // bounded by the gate's places
    private readonly Dictionary<(string Name, string Revision), Seen> _models = []; // at most MostModels
    private readonly RetryBacklog _retry;

    public LoadAdmission(AdmissionGate gate, IOptions<GatewayOptions> options, GatewayMetrics metrics, TimeProvider time)
    {
        (_gate, _options, _metrics) = (gate, options.Value.Admission, metrics);
        _retry = new RetryBacklog(TimeSpan.FromMilliseconds(100), LongestRetry, time);
        metrics.ObserveBacklog(() => Unseen);
    }

    /// <summary>Generations let in that no report holds yet.</summary>
    public int Unseen
    {
        get
        {
            lock (_lock)
                return _unseen.Count;
        }
    }

    /// <summary>Takes a place for it, or says why not.</summary>
    public bool TryAdmit(
        AdmissionRequest request, [NotNullWhen(true)] out AdmissionTicket? ticket, [NotNullWhen(false)] out AdmissionRefusal? refusal)
    {
        (ticket, refusal) = (null, null);
        var load = request.Model.Load;
        lock (_lock)
        {
            if (!_gate.TryEnterGeneration(request.Tenant, request.Weight))
            {
                refusal = new AdmissionRefusal(AdmissionVerdict.Places, _gate.FullMessage, _options.RetryAfter);
            }
            else
            {
                load = Prune(request.Model.Key, load);
                var verdict = AdmissionPolicy.Judge(
                    load, _unseen, _models.GetValueOrDefault(request.Model.Key)?.Traffic.Factor ?? 1, request, _options.MaxQueueTime, out var expected);
                _metrics.ExpectedWait.Record(expected.TotalSeconds);
                if (verdict == AdmissionVerdict.Admitted)
                {
                    ticket = new AdmissionTicket(this, request);
                    _unseen.Add(ticket);
                }
                else
                {
                    _gate.ExitGeneration(request.Tenant);
                    refusal = Refuse(verdict, request, expected);
                }
            }
        }

        if (refusal is null)
            _metrics.Admitted.Add(1);
        else
            _metrics.RefusedFor(refusal.Verdict);
        return ticket is not null;
    }

    internal void Leave(AdmissionTicket ticket)
    {
        lock (_lock)
        {
            if (_unseen.Remove(ticket) && ticket.Start is not null && _models.TryGetValue(ticket.Request.Model.Key, out var seen))
                seen.Left++; // short answers come and go between two reports
        }

        _gate.ExitGeneration(ticket.Request.Tenant);
    }

    /// <summary>What the reports hold now counts there.</summary>
    /// <returns>The newest reports: a request may have met its model before others that have been here already.</returns>
    private ModelLoad Prune((string Name, string Revision) model, ModelLoad load)
    {
        if (!_models.TryGetValue(model, out var seen))
        {
            if (_models.Count >= MostModels)
                _models.Clear(); // models that are long gone; the present ones are counted anew
            _models[model] = seen = new Seen(load);
        }

        if (!load.IsNewerThan(seen.Load))
            return seen.Load;
        var own = _unseen.RemoveWhere(
            t => t.Request.Model.Key == model && t.Start is { } start && load.Includes(start.Silo, start.Device, start.Submission));
        seen.Traffic.Reported(load.SubmittedSince(seen.Load), own + seen.Left);
        (seen.Load, seen.Left) = (load, 0);
        return load;
    }

    private AdmissionRefusal Refuse(AdmissionVerdict verdict, AdmissionRequest request, TimeSpan expected)
    {
        var (load, cost) = (request.Model.Load, request.Cost);
        var own = Seconds(cost.OutputTokens, load.DecodeTokensPerSecond) + Seconds(cost.PromptTokens, load.PrefillTokensPerSecond);
        var limit = verdict == AdmissionVerdict.Deadline ? request.TimeLeft!.Value : _options.MaxQueueTime;
        return new AdmissionRefusal(verdict, MessageOf(verdict), _retry.Refuse(expected - limit, TimeSpan.FromSeconds(own)));
    }

    private static double Seconds(double units, double perSecond) => perSecond > 0 ? units / perSecond : 0;

    private static string MessageOf(AdmissionVerdict verdict) => verdict switch
    {
        AdmissionVerdict.Deadline => "The first token would come after the deadline; retry later, or allow more time.",
        AdmissionVerdict.Waiting => "Too many generations are waiting; retry later.",
        _ => "More work is waiting than this server takes on; retry later.",
    };

    /// <summary>The newest load that a model's tickets were compared with.</summary>
    private sealed class Seen(ModelLoad load)
    {
        public ModelLoad Load { get; set; } = load;

        /// <summary>Generations that were started and ended since.</summary>
        public int Left { get; set; }

        public TrafficShare Traffic { get; } = new();
    }
}
