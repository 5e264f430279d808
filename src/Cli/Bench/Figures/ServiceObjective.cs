using VisionCluster.Cli.Bench.Clients;

namespace VisionCluster.Cli.Bench.Figures;

/// <summary>What makes an answer good: its first token, and its tokens on average, in time. Null: whatever they take.</summary>
internal sealed record ServiceObjective(double? FirstTokenMs, double? TokenMs)
{
    public bool IsMetBy(RequestTrace trace) =>
        trace.Outcome == RequestOutcome.Finished
        && (FirstTokenMs is null || trace.FirstTokenMs <= FirstTokenMs)
        && (TokenMs is null || trace.MeanGapMs is null || trace.MeanGapMs <= TokenMs);
}
