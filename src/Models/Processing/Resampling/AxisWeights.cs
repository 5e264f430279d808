using System.Collections.Concurrent;

namespace VisionCluster.Models.Processing.Resampling;

/// <summary>
/// The fixed-point weights of one axis: output place i of the window is the sum of <see cref="Counts"/>[i] inputs from
/// <see cref="Starts"/>[i] on, times weights of 22 fraction bits (Pillow's <c>precompute_coeffs</c> and <c>normalize_coeffs_8bpc</c>).
/// Immutable and shared between images.
/// </summary>
internal sealed class AxisWeights
{
    public const int FractionBits = 22;

    /// <summary>A weight is <c>High * 2^15 + Low</c>: two halves that 16-bit multiplications can take exactly.</summary>
    public const int LowBits = 15;

    // Entries are dropped all at once when there are too many: requests have few distinct sizes, attackers many.
    private const int MaxCached = 64;
    private const int MaxCachedWeights = 1 << 18;

    private static readonly ConcurrentDictionary<(int, int, ResampleFilter, int, int), AxisWeights> Cache = new();

    private AxisWeights(int inputs, int outputs, ResampleFilter filter, int start, int length)
    {
        var scale = (double)inputs / outputs;
        var stretch = Math.Max(scale, 1);
        var support = FilterKernels.Radius(filter) * stretch;
        Taps = ((int)Math.Ceiling(support) * 2 + 1 + 1) & ~1;
        Starts = new int[length];
        Counts = new int[length];
        Weights = new int[length * Taps];
        LowPairs = new int[length * Taps / 2];
        HighPairs = new int[length * Taps / 2];

        var weights = new double[Taps];
        for (var i = 0; i < length; i++)
        {
            var centre = (start + i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var count = Math.Min(inputs, (int)(centre + support + 0.5)) - first;
            var sum = 0.0;
            for (var k = 0; k < count; k++)
                sum += weights[k] = FilterKernels.Weight(filter, (k + first - centre + 0.5) * (1 / stretch));
            (Starts[i], Counts[i]) = (first, count);
            for (var k = 0; k < count; k++)
                SetWeight(i, k, ToFixed(sum == 0 ? weights[k] : weights[k] / sum));
        }
    }

    /// <summary>Room for weights of one output place; even.</summary>
    public int Taps { get; }

    public int[] Starts { get; }

    public int[] Counts { get; }

    /// <summary><c>[outputs, taps]</c>.</summary>
    public int[] Weights { get; }

    /// <summary>Low halves of two neighbouring weights, 16 bits each, <c>[outputs, taps / 2]</c>.</summary>
    public int[] LowPairs { get; }

    /// <summary>High halves of two neighbouring weights, 16 bits each, <c>[outputs, taps / 2]</c>.</summary>
    public int[] HighPairs { get; }

    /// <summary>First input that any output of the window needs.</summary>
    public int FirstInput => Starts[0];

    /// <summary>One past the last input that any output of the window needs.</summary>
    public int EndInput => Starts[^1] + Counts[^1];

    /// <param name="inputs">Input size of the axis.</param>
    /// <param name="outputs">Output size of the whole axis.</param>
    /// <param name="filter">Any filter but nearest.</param>
    /// <param name="start">First output place that is wanted.</param>
    /// <param name="length">Output places that are wanted.</param>
    public static AxisWeights Get(int inputs, int outputs, ResampleFilter filter, int start, int length)
    {
        var key = (inputs, outputs, filter, start, length);
        if (Cache.TryGetValue(key, out var weights))
            return weights;
        weights = new AxisWeights(inputs, outputs, filter, start, length);
        if (weights.Weights.Length > MaxCachedWeights)
            return weights;
        if (Cache.Count >= MaxCached)
            Cache.Clear();
        return Cache[key] = weights;
    }

    private static int ToFixed(double weight) => (int)(weight * (1 << FractionBits) + (weight < 0 ? -0.5 : 0.5));

    private void SetWeight(int output, int tap, int weight)
    {
        var at = output * Taps + tap;
        var shift = (at & 1) * 16;
        Weights[at] = weight;
        LowPairs[at / 2] |= (weight & ((1 << LowBits) - 1)) << shift;
        HighPairs[at / 2] |= ((weight >> LowBits) & 0xFFFF) << shift;
    }
}
