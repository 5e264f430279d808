using System.Diagnostics.Metrics;
using VisionCluster.Gateway.Admission;
using VisionCluster.Gateway.Routing;

namespace VisionCluster.Gateway.Diagnostics;

/// <summary>Instruments of meter "VisionCluster.Gateway".</summary>
internal sealed class GatewayMetrics
{
    public const string MeterName = "VisionCluster.Gateway";

    private static readonly InstrumentAdvice<double> WaitAdvice = new()
    {
        HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120],
    };

    private readonly Meter _meter;

    public GatewayMetrics(IMeterFactory factory)
    {
        var meter = _meter = factory.Create(MeterName);
        EmbeddingHits = meter.CreateCounter<long>("visioncluster.gateway.embedding_cache.hits", description: "Embeddings found.");
        EmbeddingMisses = meter.CreateCounter<long>(
            "visioncluster.gateway.embedding_cache.misses", description: "Embeddings not found.");
        EmbeddingEvictions = meter.CreateCounter<long>(
            "visioncluster.gateway.embedding_cache.evictions", description: "Embeddings dropped.");
        EncodesJoined = meter.CreateCounter<long>(
            "visioncluster.gateway.encodes.joined", description: "Requests that waited for another's encoding of the same image.");
        StoreEvictions = meter.CreateCounter<long>("visioncluster.gateway.image_store.evictions", description: "Picture files dropped.");
        Generations = meter.CreateUpDownCounter<long>("visioncluster.gateway.generations.running", description: "Generations admitted.");
        Failovers = meter.CreateCounter<long>("visioncluster.gateway.failovers", description: "Answers that went on at another silo.");
        FailoverTime = meter.CreateHistogram<double>(
            "visioncluster.gateway.failover.time", "s", "From the last sign of the old silo to the first of the new one.");
        Reads = meter.CreateCounter<long>(
            "visioncluster.gateway.answers.reads", description: "Reads of answers whose tokens were not pushed here, or got lost on the way.");
        Resumed = meter.CreateCounter<long>("visioncluster.gateway.generations.resumed", description: "Answers resumed by clients.");
        Refused = meter.CreateCounter<long>("visioncluster.gateway.generations.refused", description: "Generations not admitted, by reason.");
        Admitted = meter.CreateCounter<long>("visioncluster.gateway.generations.admitted", description: "Generations admitted since the start.");
        Placements = meter.CreateCounter<long>("visioncluster.gateway.placements", description: "Answers started, by what their device was chosen for.");
        PrefixTokensExpected = meter.CreateCounter<long>(
            "visioncluster.gateway.prefix.expected_tokens", "{token}", "Prompt tokens that the chosen devices should have had.");
        PrefixTokensFound = meter.CreateCounter<long>(
            "visioncluster.gateway.prefix.found_tokens", "{token}", "Prompt tokens that the chosen devices had.");
        ExpectedWait = meter.CreateHistogram(
            "visioncluster.gateway.expected_wait", "s", "Expected time to the first token, of requests admitted or refused.", null, WaitAdvice);
    }

    public Counter<long> EmbeddingHits { get; }

    public Counter<long> EmbeddingMisses { get; }

    public Counter<long> EmbeddingEvictions { get; }

    public Counter<long> EncodesJoined { get; }

    public Counter<long> StoreEvictions { get; }

    public UpDownCounter<long> Generations { get; }

    public Counter<long> Failovers { get; }

    public Histogram<double> FailoverTime { get; }

    public Counter<long> Reads { get; }

    public Counter<long> Resumed { get; }

    public Counter<long> Refused { get; }

    public Counter<long> Admitted { get; }

    public Counter<long> Placements { get; }

    public Counter<long> PrefixTokensExpected { get; }

    public Counter<long> PrefixTokensFound { get; }

    public Histogram<double> ExpectedWait { get; }

    public void Placed(ChoiceReason reason) => Placements.Add(1, new KeyValuePair<string, object?>("reason", NameOf(reason)));

    public void ObservePrefixes(Func<int> entries) => _meter.CreateObservableGauge(
        "visioncluster.gateway.prefix.entries", entries, description: "Beginnings of prompts of which it is known where they are.");

    public void RefusedFor(AdmissionVerdict reason) => Refused.Add(1, new KeyValuePair<string, object?>("reason", NameOf(reason)));

    public void ObserveBacklog(Func<int> unseen) => _meter.CreateObservableGauge(
        "visioncluster.gateway.generations.unseen", unseen, description: "Generations admitted that no device has reported yet.");

    private static string NameOf(ChoiceReason reason) => reason switch
    {
        ChoiceReason.Prefix => "prefix",
        ChoiceReason.Home => "home",
        ChoiceReason.Session => "session",
        ChoiceReason.Busy => "busy",
        _ => "load",
    };

    private static string NameOf(AdmissionVerdict reason) => reason switch
    {
        AdmissionVerdict.Places => "places",
        AdmissionVerdict.Waiting => "waiting",
        AdmissionVerdict.Backlog => "backlog",
        _ => "deadline",
    };
}
