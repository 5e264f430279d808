using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>A slice applied to a length, as Python's <c>slice.indices</c>.</summary>
internal readonly record struct SliceIndices(BigInteger Start, BigInteger Stop, BigInteger Step, int Count)
{
    public static SliceIndices Resolve(BigInteger length, BigInteger? start, BigInteger? stop, BigInteger? step)
    {
        var by = step ?? BigInteger.One;
        if (by.IsZero)
            throw JinjaException.Type("ValueError: slice step cannot be zero");
        var lowest = by.Sign < 0 ? BigInteger.MinusOne : BigInteger.Zero;
        var highest = by.Sign < 0 ? length - 1 : length;
        var from = start is { } s ? Clamp(s, length, lowest, highest) : by.Sign < 0 ? highest : lowest;
        var to = stop is { } e ? Clamp(e, length, lowest, highest) : by.Sign < 0 ? lowest : highest;
        var count = by.Sign > 0 ? (from < to ? ((to - from - 1) / by) + 1 : 0) : (from > to ? ((from - to - 1) / -by) + 1 : 0);
        return new SliceIndices(from, to, by, (int)count);
    }

    private static BigInteger Clamp(BigInteger index, BigInteger length, BigInteger lowest, BigInteger highest) =>
        BigInteger.Clamp(index.Sign < 0 ? index + length : index, lowest, highest);
}
