using System.Runtime.InteropServices;

namespace VisionCluster.Gateway.Admission;

/// <summary>
/// How long a request would wait at devices that serve tenants by weighted fair queueing: until its tenant's own work ahead of it is done, each
/// other tenant gets its weight's part beside it, as long as it has work (the fluid model of Parekh and Gallager, 1993). Admitting by it is what
/// shares the queue: a tenant that fills it finds it full, while another still has its share.
/// </summary>
internal sealed class WaitEstimate(ModelLoad load, AdmissionRequest request)
{
    /// <summary>What others have waiting will come once more while this one waits: who asks for more than there is keeps asking.</summary>
    private const double Refill = 2;

    private readonly Dictionary<string, TenantWork> _others = new(StringComparer.Ordinal);
    private TenantWork _own = new() { Weight = request.Weight };
    private double _requestsAhead;
    private double _tokensAhead;

    /// <summary>Generations that wait.</summary>
    public double Requests { get; private set; }

    /// <summary>Of its tenant.</summary>
    public double OwnRequests { get; private set; }

    /// <summary>Its tenant's part of the device while all of them have work waiting.</summary>
    public double Share => request.Weight / (request.Weight + _others.Values.Sum(other => other.Weight));

    /// <summary>Counts work that waits; what has a lower priority will not go first.</summary>
    /// <param name="tenant">Whose; empty for the sum of many.</param>
    /// <param name="weight">Its share against others'.</param>
    /// <param name="priority">Of all of it.</param>
    /// <param name="requests">Generations.</param>
    /// <param name="cost">Of all of them.</param>
    public void Add(string tenant, double weight, int priority, double requests, RequestCost cost)
    {
        Requests += requests;
        var isOwn = tenant == request.Tenant;
        OwnRequests += isOwn ? requests : 0;
        ref var work = ref _own;
        if (!isOwn)
            work = ref CollectionsMarshal.GetValueRefOrAddDefault(_others, tenant, out _);
        work.Weight = weight;
        if (priority < request.Priority)
            return;
        _requestsAhead += requests;
        _tokensAhead += cost.PromptTokens + cost.OutputTokens;
        var patches = request.Cost.Patches > 0 ? cost.Patches : 0;
        work.StartSeconds += Seconds(cost.PromptTokens, load.PrefillTokensPerSecond) + Seconds(patches, load.PatchesPerSecond);
        work.AnswerSeconds += Seconds(cost.OutputTokens, load.DecodeTokensPerSecond);
    }

    /// <summary>Until its first token is computed: 0 where nothing was measured yet.</summary>
    public TimeSpan ToFirstToken()
    {
        // Who finds a slot waits for prompts only; else answers ahead must run, and one like its own must end.
        var cost = request.Cost;
        var isFull = _requestsAhead >= load.SlotsOpen || _tokensAhead + cost.PromptTokens + cost.OutputTokens > load.KvTokensFree;
        var own = _own.Seconds(isFull) + (isFull ? Seconds(cost.OutputTokens, load.DecodeTokensPerSecond) : 0);
        var start = Seconds(cost.PromptTokens, load.PrefillTokensPerSecond) + Seconds(cost.Patches, load.PatchesPerSecond);
        var others = 0.0;
        foreach (var other in _others.Values)
            others += Math.Min(Refill * other.Seconds(isFull), (own + start) * other.Weight / request.Weight);
        return TimeSpan.FromSeconds(own + others + start);
    }

    /// <summary>From its first token to its last, beside as many as run now.</summary>
    public TimeSpan Answering() =>
        TimeSpan.FromSeconds(Seconds(request.Cost.OutputTokens * Math.Max(1, load.Running), load.DecodeTokensPerSecond));

    private static double Seconds(double units, double perSecond) => perSecond > 0 ? units / perSecond : 0;

    private struct TenantWork
    {
        public double Weight;
        public double StartSeconds; // prompts and pictures
        public double AnswerSeconds;

        public readonly double Seconds(bool withAnswers) => StartSeconds + (withAnswers ? AnswerSeconds : 0);
    }
}
