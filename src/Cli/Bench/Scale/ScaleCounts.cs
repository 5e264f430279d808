namespace VisionCluster.Cli.Bench.Scale;

/// <summary>Counters of this process at a moment.</summary>
/// <param name="Messages">That Orleans sent through sockets.</param>
/// <param name="Bytes">Of them, headers included.</param>
/// <param name="Pings">Probes of membership.</param>
/// <param name="Generated">Tokens of all engines.</param>
internal readonly record struct ScaleCounts(long Messages, long Bytes, long Pings, long Generated)
{
    public static ScaleCounts operator -(ScaleCounts a, ScaleCounts b) =>
        new(a.Messages - b.Messages, a.Bytes - b.Bytes, a.Pings - b.Pings, a.Generated - b.Generated);
}
