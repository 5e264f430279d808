using System.Diagnostics;

namespace VisionCluster.Cli.Bench.Clients;

internal enum RequestOutcome
{
    Finished,
    Cancelled,

    /// <summary>A queue was full.</summary>
    Refused,

    /// <summary>Its deadline passed.</summary>
    Late,
}

/// <summary>When a request was sent and when each of its tokens arrived, by <see cref="Stopwatch"/>.</summary>
internal sealed record RequestTrace(RequestOutcome Outcome, long Sent, IReadOnlyList<long> Arrivals, IReadOnlyList<int> TokenIds)
{
    public int PromptTokens { get; init; }

    public int CachedTokens { get; init; }

    /// <summary>In the engine's queue.</summary>
    public TimeSpan Queued { get; init; }

    /// <summary>From sending it to its refusal.</summary>
    public double? RefusedAfterMs { get; init; }

    public double? FirstTokenMs => Arrivals.Count == 0 ? null : Ms(Sent, Arrivals[0]);

    public double? TotalMs => Arrivals.Count == 0 ? null : Ms(Sent, Arrivals[^1]);

    /// <summary>Mean time between two tokens.</summary>
    public double? MeanGapMs => Arrivals.Count < 2 ? null : Ms(Arrivals[0], Arrivals[^1]) / (Arrivals.Count - 1);

    /// <summary>Times between two tokens whose later one arrived in a window.</summary>
    public IEnumerable<double> GapsMs(long from = 0, long to = long.MaxValue) =>
        Enumerable.Range(1, Math.Max(0, Arrivals.Count - 1)).Where(i => Arrivals[i] > from && Arrivals[i] <= to).Select(i => Ms(Arrivals[i - 1], Arrivals[i]));

    public static double Ms(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;
}
