using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VisionCluster.Inference.Kernels;

/// <summary>Attention's inner loops: 16 keys at a time, in the same order for every query.</summary>
internal static unsafe class AttentionProducts
{
    /// <summary>Keys of a tile, at multiples of which tiles begin.</summary>
    public const int Keys = 16;

    /// <summary>A query's products with 16 keys <c>[16, head]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Scores(float* query, float* keys, int head)
    {
        var a0 = Vector512<float>.Zero;
        var a1 = Vector512<float>.Zero;
        var a2 = Vector512<float>.Zero;
        var a3 = Vector512<float>.Zero;
        var a4 = Vector512<float>.Zero;
        var a5 = Vector512<float>.Zero;
        var a6 = Vector512<float>.Zero;
        var a7 = Vector512<float>.Zero;
        var a8 = Vector512<float>.Zero;
        var a9 = Vector512<float>.Zero;
        var a10 = Vector512<float>.Zero;
        var a11 = Vector512<float>.Zero;
        var a12 = Vector512<float>.Zero;
        var a13 = Vector512<float>.Zero;
        var a14 = Vector512<float>.Zero;
        var a15 = Vector512<float>.Zero;
        for (var i = 0; i < head; i += Vector512<float>.Count)
        {
            var q = Vector512.Load(query + i);
            var k = keys + i;
            a0 = Wide.Fma(q, Vector512.Load(k), a0);
            a1 = Wide.Fma(q, Vector512.Load(k + (1 * head)), a1);
            a2 = Wide.Fma(q, Vector512.Load(k + (2 * head)), a2);
            a3 = Wide.Fma(q, Vector512.Load(k + (3 * head)), a3);
            a4 = Wide.Fma(q, Vector512.Load(k + (4 * head)), a4);
            a5 = Wide.Fma(q, Vector512.Load(k + (5 * head)), a5);
            a6 = Wide.Fma(q, Vector512.Load(k + (6 * head)), a6);
            a7 = Wide.Fma(q, Vector512.Load(k + (7 * head)), a7);
            a8 = Wide.Fma(q, Vector512.Load(k + (8 * head)), a8);
            a9 = Wide.Fma(q, Vector512.Load(k + (9 * head)), a9);
            a10 = Wide.Fma(q, Vector512.Load(k + (10 * head)), a10);
            a11 = Wide.Fma(q, Vector512.Load(k + (11 * head)), a11);
            a12 = Wide.Fma(q, Vector512.Load(k + (12 * head)), a12);
            a13 = Wide.Fma(q, Vector512.Load(k + (13 * head)), a13);
            a14 = Wide.Fma(q, Vector512.Load(k + (14 * head)), a14);
            a15 = Wide.Fma(q, Vector512.Load(k + (15 * head)), a15);
        }

        return Wide.LaneSums(
            Wide.QuarterSums(a0, a1, a2, a3), Wide.QuarterSums(a4, a5, a6, a7), Wide.QuarterSums(a8, a9, a10, a11), Wide.QuarterSums(a12, a13, a14, a15));
    }

    /// <summary>Turns scores into e^(score − largest), and zero outside of what the query sees.</summary>
    /// <param name="scores">Of whole tiles.</param>
    /// <param name="start">The first that is seen.</param>
    /// <param name="end">Behind the last that is seen; at least one is.</param>
    /// <param name="sum">Receives their sum.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Softmax(float* scores, int start, int end, float* sum)
    {
        var lanes = Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        var hidden = Vector512.Create(float.NegativeInfinity);
        var largest = hidden;
        var first = start / Keys * Keys;
        for (var at = first; at < end; at += Keys)
        {
            var x = Vector512.Load(scores + at);
            if (at < start || at + Keys > end)
            {
                var place = lanes + Vector512.Create(at);
                var isSeen = Vector512.GreaterThanOrEqual(place, Vector512.Create(start)) & Vector512.LessThan(place, Vector512.Create(end));
                x = Vector512.ConditionalSelect(isSeen.AsSingle(), x, hidden);
                x.Store(scores + at);
            }

            largest = Vector512.Max(largest, x);
        }

        var top = Vector512.Create(Wide.Largest(largest));
        var total = Vector512<float>.Zero;
        for (var at = first; at < end; at += Keys)
        {
            var x = Wide.Exp(Vector512.Load(scores + at) - top);
            x.Store(scores + at);
            total += x;
        }

        *sum = Wide.Sum(total);
    }

    /// <summary>Adds 16 values <c>[16, head]</c>, each by its weight, to <paramref name="sums"/> <c>[head]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mix(float* weights, float* values, int head, float* sums)
    {
        var i = 0;
        for (; i + 64 <= head; i += 64)
        {
            var (a, b) = (Vector512.Load(sums + i), Vector512.Load(sums + i + 16));
            var (c, d) = (Vector512.Load(sums + i + 32), Vector512.Load(sums + i + 48));
            var v = values + i;
            for (var key = 0; key < Keys; key++, v += head)
            {
                var w = Vector512.Create(weights[key]);
                a = Wide.Fma(w, Vector512.Load(v), a);
                b = Wide.Fma(w, Vector512.Load(v + 16), b);
                c = Wide.Fma(w, Vector512.Load(v + 32), c);
                d = Wide.Fma(w, Vector512.Load(v + 48), d);
            }

            a.Store(sums + i);
            b.Store(sums + i + 16);
            c.Store(sums + i + 32);
            d.Store(sums + i + 48);
        }

        for (; i < head; i += 16)
        {
            var a = Vector512.Load(sums + i);
            var v = values + i;
            for (var key = 0; key < Keys; key++, v += head)
            {
                a = Wide.Fma(Vector512.Create(weights[key]), Vector512.Load(v), a);
            }

            a.Store(sums + i);
        }
    }

    /// <summary>
    /// The same for two queries, which share the loads of the values: each sum is what <see cref="Mix"/> makes, by the same operations.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MixTwo(float* first, float* second, float* values, int head, float* firstSums, float* secondSums)
    {
        var i = 0;
        for (; i + 64 <= head; i += 64)
        {
            var (a0, b0) = (Vector512.Load(firstSums + i), Vector512.Load(firstSums + i + 16));
            var (c0, d0) = (Vector512.Load(firstSums + i + 32), Vector512.Load(firstSums + i + 48));
            var (a1, b1) = (Vector512.Load(secondSums + i), Vector512.Load(secondSums + i + 16));
            var (c1, d1) = (Vector512.Load(secondSums + i + 32), Vector512.Load(secondSums + i + 48));
            var v = values + i;
            for (var key = 0; key < Keys; key++, v += head)
            {
                var (w0, w1) = (Vector512.Create(first[key]), Vector512.Create(second[key]));
                var (a, b) = (Vector512.Load(v), Vector512.Load(v + 16));
                a0 = Wide.Fma(w0, a, a0);
                a1 = Wide.Fma(w1, a, a1);
                b0 = Wide.Fma(w0, b, b0);
                b1 = Wide.Fma(w1, b, b1);
                var (c, d) = (Vector512.Load(v + 32), Vector512.Load(v + 48));
                c0 = Wide.Fma(w0, c, c0);
                c1 = Wide.Fma(w1, c, c1);
                d0 = Wide.Fma(w0, d, d0);
                d1 = Wide.Fma(w1, d, d1);
            }

            a0.Store(firstSums + i);
            b0.Store(firstSums + i + 16);
            c0.Store(firstSums + i + 32);
            d0.Store(firstSums + i + 48);
            a1.Store(secondSums + i);
            b1.Store(secondSums + i + 16);
            c1.Store(secondSums + i + 32);
            d1.Store(secondSums + i + 48);
        }

        for (; i < head; i += 16)
        {
            var (a0, a1) = (Vector512.Load(firstSums + i), Vector512.Load(secondSums + i));
            var v = values + i;
            for (var key = 0; key < Keys; key++, v += head)
            {
                var a = Vector512.Load(v);
                a0 = Wide.Fma(Vector512.Create(first[key]), a, a0);
                a1 = Wide.Fma(Vector512.Create(second[key]), a, a1);
            }

            a0.Store(firstSums + i);
            a1.Store(secondSums + i);
        }
    }
}
