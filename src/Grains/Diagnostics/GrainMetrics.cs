using System.Diagnostics.Metrics;

namespace VisionCluster.Grains.Diagnostics;

/// <summary>Instruments of meter "VisionCluster.Grains".</summary>
internal sealed class GrainMetrics
{
    public const string MeterName = "VisionCluster.Grains";

    private readonly Counter<long> _pushes;
    private readonly Counter<long> _pieces;
    private readonly Counter<long> _sharedReads;
    private readonly Counter<long> _sharedFailures;

    public GrainMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _pushes = meter.CreateCounter<long>("visioncluster.answers.pushes", "{message}", "Messages with pieces of answers, to gateways.");
        _pieces = meter.CreateCounter<long>("visioncluster.answers.pushed_pieces", "{piece}", "Tokens, beginnings and ends in those messages.");
        _sharedReads = meter.CreateCounter<long>("visioncluster.shared.reads", "{entry}", "What was looked for in the cluster's Redis, by kind, and whether it was there.");
        _sharedFailures = meter.CreateCounter<long>("visioncluster.shared.failures", "{call}", "Calls to it that failed or were too slow, by kind.");
    }

    /// <summary>The shared store was asked, and answered.</summary>
    public void SharedRead(string kind, bool found) => _sharedReads.Add(1, new("kind", kind), new("found", found));

    public void SharedFailed(string kind) => _sharedFailures.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>A message left.</summary>
    public void Pushed(int pieces)
    {
        _pushes.Add(1);
        _pieces.Add(pieces);
    }
}
