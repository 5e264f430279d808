using System.Diagnostics.Metrics;

namespace VisionCluster.Grains.Diagnostics;

/// <summary>Instruments of meter "VisionCluster.Grains".</summary>
internal sealed class GrainMetrics
{
    public const string MeterName = "VisionCluster.Grains";

    private readonly Counter<long> _pushes;
    private readonly Counter<long> _pieces;

    public GrainMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _pushes = meter.CreateCounter<long>("visioncluster.answers.pushes", "{message}", "Messages with pieces of answers, to gateways.");
        _pieces = meter.CreateCounter<long>("visioncluster.answers.pushed_pieces", "{piece}", "Tokens, beginnings and ends in those messages.");
    }

    /// <summary>A message left.</summary>
    public void Pushed(int pieces)
    {
        _pushes.Add(1);
        _pieces.Add(pieces);
    }
}
