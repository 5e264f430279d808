namespace VisionCluster.Cli.Bench.Figures;

/// <summary>Order statistics of a sample: the smallest value that at least a share of the sample does not exceed (nearest rank).</summary>
internal sealed class Percentiles
{
    private readonly double[] _sorted;

    public Percentiles(IEnumerable<double> values) => _sorted = [.. values.Order()];

    public int Count => _sorted.Length;

    /// <summary>Of a small model's gaps the median says little: readers that share cores with it find several tokens at once.</summary>
    public double? Mean => _sorted.Length == 0 ? null : _sorted.Average();

    public double? P50 => At(0.5);

    public double? P90 => At(0.9);

    public double? P99 => At(0.99);

    public double? Max => At(1);

    /// <param name="share">From 0 to 1.</param>
    /// <returns>Null for an empty sample.</returns>
    public double? At(double share) => _sorted.Length == 0 ? null : _sorted[Math.Clamp((int)Math.Ceiling(share * _sorted.Length) - 1, 0, _sorted.Length - 1)];
}
