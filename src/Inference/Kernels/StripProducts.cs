using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VisionCluster.Inference.Kernels;

/// <summary>
/// Products of a strip of 16 outputs with tiles of activations (<see cref="ActivationTiles"/>): w · x over a block of 32 is
/// scale · (Σ q·p − zero point · Σ p) · (scale of x) [+ offset · Σ x], its integers summed exactly. Every row is computed by the same
/// operations in the same order whatever its tile, so that it does not depend on its company. A strip's layout is
/// <see cref="Models.Quantization.StripMatrix"/>'s.
/// </summary>
/// <remarks>
/// Four bits times eight bits, twice eight times: 8 · 2 · 15 · 127 = 30,480 fits in 16 bits, so that a block needs one widening. 8-bit
/// weights are two halves of four bits each. The three tiles are written out row by row: a method for a row, which would be a fifth of the
/// lines, is more than the compiler inlines, and eight rows ran four times slower by it.
/// </remarks>
internal static unsafe class StripProducts
{
    /// <summary>A tile's activations.</summary>
    public struct Tile
    {
        public sbyte* Quants;
        public float* Scales;
        public float* Sums;
        public int* Totals;
        public int Blocks;
    }

    /// <summary>Outputs <c>[rows of the tile, 16]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply<TEight, TOffsets, THalf>(byte* strip, in ActivationTiles x, int first, int rows, float* output)
        where TEight : IFlag
        where TOffsets : IFlag
        where THalf : IFlag
    {
        var at = (long)first * x.Blocks;
        var tile = new Tile
        {
            Quants = x.Quants + ((long)first * x.Columns),
            Scales = x.Scales + at,
            Sums = x.Sums + at,
            Totals = x.Totals + at,
            Blocks = x.Blocks,
        };
        switch (rows)
        {
            case 8:
                Rows8<TEight, TOffsets, THalf>(strip, tile, output);
                break;
            case 4:
                Rows4<TEight, TOffsets, THalf>(strip, tile, output);
                break;
            default:
                Rows1<TEight, TOffsets, THalf>(strip, tile, output);
                break;
        }
    }

    /// <summary>Four bytes of a row, in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<sbyte> Four(sbyte* quants, int index) => Vector512.Create(((int*)quants)[index]).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load<THalf>(ref byte* source)
        where THalf : IFlag
    {
        var at = source;
        source += 16 * (THalf.IsSet ? sizeof(Half) : sizeof(float));
        return THalf.IsSet ? Wide.LoadHalves((Half*)at) : Vector512.Load((float*)at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale<TEight, TOffsets>(
        Vector512<float> sum, Vector512<short> a, Vector512<short> b, Vector512<float> d, Vector512<float> o, in Tile x, int at)
        where TEight : IFlag
        where TOffsets : IFlag
    {
        var total = TEight.IsSet
            ? Wide.MultiplyPairs(a, Vector512<short>.One) + Wide.MultiplyPairs(b, Vector512.Create((short)16))
            : Wide.MultiplyPairs(a, Vector512<short>.One);
        if (!TOffsets.IsSet || TEight.IsSet)
        {
            total -= Vector512.Create(x.Totals[at] * (TEight.IsSet ? 128 : 8));
        }

        sum = Wide.Fma(Vector512.ConvertToSingle(total), d * Vector512.Create(x.Scales[at]), sum);
        return TOffsets.IsSet ? Wide.Fma(o, Vector512.Create(x.Sums[at]), sum) : sum;
    }

    /// <summary>A tile of 8 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows8<TEight, TOffsets, THalf>(byte* strip, in Tile x, float* output)
        where TEight : IFlag
        where TOffsets : IFlag
        where THalf : IFlag
    {
        var mask = Vector512.Create((byte)0xF);
        var quants = x.Quants;
        var blocks = x.Blocks;
        var f0 = Vector512<float>.Zero;
        var f1 = Vector512<float>.Zero;
        var f2 = Vector512<float>.Zero;
        var f3 = Vector512<float>.Zero;
        var f4 = Vector512<float>.Zero;
        var f5 = Vector512<float>.Zero;
        var f6 = Vector512<float>.Zero;
        var f7 = Vector512<float>.Zero;
        for (var block = 0; block < blocks; block++)
        {
            Vector512<short> a0;
            Vector512<short> a1;
            Vector512<short> a2;
            Vector512<short> a3;
            Vector512<short> a4;
            Vector512<short> a5;
            Vector512<short> a6;
            Vector512<short> a7;
            var b0 = Vector512<short>.Zero;
            var b1 = Vector512<short>.Zero;
            var b2 = Vector512<short>.Zero;
            var b3 = Vector512<short>.Zero;
            var b4 = Vector512<short>.Zero;
            var b5 = Vector512<short>.Zero;
            var b6 = Vector512<short>.Zero;
            var b7 = Vector512<short>.Zero;
            if (TEight.IsSet)
            {
                var w0 = Vector512.Load(strip + 0);
                var (l0, h0) = (w0 & mask, (w0.AsUInt16() >>> 4).AsByte() & mask);
                a0 = Wide.MultiplyPairs(l0, Four(quants, 0));
                b0 = Wide.MultiplyPairs(h0, Four(quants, 0));
                a1 = Wide.MultiplyPairs(l0, Four(quants, 1));
                b1 = Wide.MultiplyPairs(h0, Four(quants, 1));
                a2 = Wide.MultiplyPairs(l0, Four(quants, 2));
                b2 = Wide.MultiplyPairs(h0, Four(quants, 2));
                a3 = Wide.MultiplyPairs(l0, Four(quants, 3));
                b3 = Wide.MultiplyPairs(h0, Four(quants, 3));
                a4 = Wide.MultiplyPairs(l0, Four(quants, 4));
                b4 = Wide.MultiplyPairs(h0, Four(quants, 4));
                a5 = Wide.MultiplyPairs(l0, Four(quants, 5));
                b5 = Wide.MultiplyPairs(h0, Four(quants, 5));
                a6 = Wide.MultiplyPairs(l0, Four(quants, 6));
                b6 = Wide.MultiplyPairs(h0, Four(quants, 6));
                a7 = Wide.MultiplyPairs(l0, Four(quants, 7));
                b7 = Wide.MultiplyPairs(h0, Four(quants, 7));
                var w1 = Vector512.Load(strip + 64);
                var (l1, h1) = (w1 & mask, (w1.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l1, Four(quants, 8));
                b0 += Wide.MultiplyPairs(h1, Four(quants, 8));
                a1 += Wide.MultiplyPairs(l1, Four(quants, 9));
                b1 += Wide.MultiplyPairs(h1, Four(quants, 9));
                a2 += Wide.MultiplyPairs(l1, Four(quants, 10));
                b2 += Wide.MultiplyPairs(h1, Four(quants, 10));
                a3 += Wide.MultiplyPairs(l1, Four(quants, 11));
                b3 += Wide.MultiplyPairs(h1, Four(quants, 11));
                a4 += Wide.MultiplyPairs(l1, Four(quants, 12));
                b4 += Wide.MultiplyPairs(h1, Four(quants, 12));
                a5 += Wide.MultiplyPairs(l1, Four(quants, 13));
                b5 += Wide.MultiplyPairs(h1, Four(quants, 13));
                a6 += Wide.MultiplyPairs(l1, Four(quants, 14));
                b6 += Wide.MultiplyPairs(h1, Four(quants, 14));
                a7 += Wide.MultiplyPairs(l1, Four(quants, 15));
                b7 += Wide.MultiplyPairs(h1, Four(quants, 15));
                var w2 = Vector512.Load(strip + 128);
                var (l2, h2) = (w2 & mask, (w2.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l2, Four(quants, 16));
                b0 += Wide.MultiplyPairs(h2, Four(quants, 16));
                a1 += Wide.MultiplyPairs(l2, Four(quants, 17));
                b1 += Wide.MultiplyPairs(h2, Four(quants, 17));
                a2 += Wide.MultiplyPairs(l2, Four(quants, 18));
                b2 += Wide.MultiplyPairs(h2, Four(quants, 18));
                a3 += Wide.MultiplyPairs(l2, Four(quants, 19));
                b3 += Wide.MultiplyPairs(h2, Four(quants, 19));
                a4 += Wide.MultiplyPairs(l2, Four(quants, 20));
                b4 += Wide.MultiplyPairs(h2, Four(quants, 20));
                a5 += Wide.MultiplyPairs(l2, Four(quants, 21));
                b5 += Wide.MultiplyPairs(h2, Four(quants, 21));
                a6 += Wide.MultiplyPairs(l2, Four(quants, 22));
                b6 += Wide.MultiplyPairs(h2, Four(quants, 22));
                a7 += Wide.MultiplyPairs(l2, Four(quants, 23));
                b7 += Wide.MultiplyPairs(h2, Four(quants, 23));
                var w3 = Vector512.Load(strip + 192);
                var (l3, h3) = (w3 & mask, (w3.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l3, Four(quants, 24));
                b0 += Wide.MultiplyPairs(h3, Four(quants, 24));
                a1 += Wide.MultiplyPairs(l3, Four(quants, 25));
                b1 += Wide.MultiplyPairs(h3, Four(quants, 25));
                a2 += Wide.MultiplyPairs(l3, Four(quants, 26));
                b2 += Wide.MultiplyPairs(h3, Four(quants, 26));
                a3 += Wide.MultiplyPairs(l3, Four(quants, 27));
                b3 += Wide.MultiplyPairs(h3, Four(quants, 27));
                a4 += Wide.MultiplyPairs(l3, Four(quants, 28));
                b4 += Wide.MultiplyPairs(h3, Four(quants, 28));
                a5 += Wide.MultiplyPairs(l3, Four(quants, 29));
                b5 += Wide.MultiplyPairs(h3, Four(quants, 29));
                a6 += Wide.MultiplyPairs(l3, Four(quants, 30));
                b6 += Wide.MultiplyPairs(h3, Four(quants, 30));
                a7 += Wide.MultiplyPairs(l3, Four(quants, 31));
                b7 += Wide.MultiplyPairs(h3, Four(quants, 31));
                var w4 = Vector512.Load(strip + 256);
                var (l4, h4) = (w4 & mask, (w4.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l4, Four(quants, 32));
                b0 += Wide.MultiplyPairs(h4, Four(quants, 32));
                a1 += Wide.MultiplyPairs(l4, Four(quants, 33));
                b1 += Wide.MultiplyPairs(h4, Four(quants, 33));
                a2 += Wide.MultiplyPairs(l4, Four(quants, 34));
                b2 += Wide.MultiplyPairs(h4, Four(quants, 34));
                a3 += Wide.MultiplyPairs(l4, Four(quants, 35));
                b3 += Wide.MultiplyPairs(h4, Four(quants, 35));
                a4 += Wide.MultiplyPairs(l4, Four(quants, 36));
                b4 += Wide.MultiplyPairs(h4, Four(quants, 36));
                a5 += Wide.MultiplyPairs(l4, Four(quants, 37));
                b5 += Wide.MultiplyPairs(h4, Four(quants, 37));
                a6 += Wide.MultiplyPairs(l4, Four(quants, 38));
                b6 += Wide.MultiplyPairs(h4, Four(quants, 38));
                a7 += Wide.MultiplyPairs(l4, Four(quants, 39));
                b7 += Wide.MultiplyPairs(h4, Four(quants, 39));
                var w5 = Vector512.Load(strip + 320);
                var (l5, h5) = (w5 & mask, (w5.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l5, Four(quants, 40));
                b0 += Wide.MultiplyPairs(h5, Four(quants, 40));
                a1 += Wide.MultiplyPairs(l5, Four(quants, 41));
                b1 += Wide.MultiplyPairs(h5, Four(quants, 41));
                a2 += Wide.MultiplyPairs(l5, Four(quants, 42));
                b2 += Wide.MultiplyPairs(h5, Four(quants, 42));
                a3 += Wide.MultiplyPairs(l5, Four(quants, 43));
                b3 += Wide.MultiplyPairs(h5, Four(quants, 43));
                a4 += Wide.MultiplyPairs(l5, Four(quants, 44));
                b4 += Wide.MultiplyPairs(h5, Four(quants, 44));
                a5 += Wide.MultiplyPairs(l5, Four(quants, 45));
                b5 += Wide.MultiplyPairs(h5, Four(quants, 45));
                a6 += Wide.MultiplyPairs(l5, Four(quants, 46));
                b6 += Wide.MultiplyPairs(h5, Four(quants, 46));
                a7 += Wide.MultiplyPairs(l5, Four(quants, 47));
                b7 += Wide.MultiplyPairs(h5, Four(quants, 47));
                var w6 = Vector512.Load(strip + 384);
                var (l6, h6) = (w6 & mask, (w6.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l6, Four(quants, 48));
                b0 += Wide.MultiplyPairs(h6, Four(quants, 48));
                a1 += Wide.MultiplyPairs(l6, Four(quants, 49));
                b1 += Wide.MultiplyPairs(h6, Four(quants, 49));
                a2 += Wide.MultiplyPairs(l6, Four(quants, 50));
                b2 += Wide.MultiplyPairs(h6, Four(quants, 50));
                a3 += Wide.MultiplyPairs(l6, Four(quants, 51));
                b3 += Wide.MultiplyPairs(h6, Four(quants, 51));
                a4 += Wide.MultiplyPairs(l6, Four(quants, 52));
                b4 += Wide.MultiplyPairs(h6, Four(quants, 52));
                a5 += Wide.MultiplyPairs(l6, Four(quants, 53));
                b5 += Wide.MultiplyPairs(h6, Four(quants, 53));
                a6 += Wide.MultiplyPairs(l6, Four(quants, 54));
                b6 += Wide.MultiplyPairs(h6, Four(quants, 54));
                a7 += Wide.MultiplyPairs(l6, Four(quants, 55));
                b7 += Wide.MultiplyPairs(h6, Four(quants, 55));
                var w7 = Vector512.Load(strip + 448);
                var (l7, h7) = (w7 & mask, (w7.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l7, Four(quants, 56));
                b0 += Wide.MultiplyPairs(h7, Four(quants, 56));
                a1 += Wide.MultiplyPairs(l7, Four(quants, 57));
                b1 += Wide.MultiplyPairs(h7, Four(quants, 57));
                a2 += Wide.MultiplyPairs(l7, Four(quants, 58));
                b2 += Wide.MultiplyPairs(h7, Four(quants, 58));
                a3 += Wide.MultiplyPairs(l7, Four(quants, 59));
                b3 += Wide.MultiplyPairs(h7, Four(quants, 59));
                a4 += Wide.MultiplyPairs(l7, Four(quants, 60));
                b4 += Wide.MultiplyPairs(h7, Four(quants, 60));
                a5 += Wide.MultiplyPairs(l7, Four(quants, 61));
                b5 += Wide.MultiplyPairs(h7, Four(quants, 61));
                a6 += Wide.MultiplyPairs(l7, Four(quants, 62));
                b6 += Wide.MultiplyPairs(h7, Four(quants, 62));
                a7 += Wide.MultiplyPairs(l7, Four(quants, 63));
                b7 += Wide.MultiplyPairs(h7, Four(quants, 63));
            }
            else
            {
                var v0 = Vector512.Load(strip + 0);
                var (m0, n0) = (v0 & mask, (v0.AsUInt16() >>> 4).AsByte() & mask);
                a0 = Wide.MultiplyPairs(m0, Four(quants, 0)) + Wide.MultiplyPairs(n0, Four(quants, 32));
                a1 = Wide.MultiplyPairs(m0, Four(quants, 1)) + Wide.MultiplyPairs(n0, Four(quants, 33));
                a2 = Wide.MultiplyPairs(m0, Four(quants, 2)) + Wide.MultiplyPairs(n0, Four(quants, 34));
                a3 = Wide.MultiplyPairs(m0, Four(quants, 3)) + Wide.MultiplyPairs(n0, Four(quants, 35));
                a4 = Wide.MultiplyPairs(m0, Four(quants, 4)) + Wide.MultiplyPairs(n0, Four(quants, 36));
                a5 = Wide.MultiplyPairs(m0, Four(quants, 5)) + Wide.MultiplyPairs(n0, Four(quants, 37));
                a6 = Wide.MultiplyPairs(m0, Four(quants, 6)) + Wide.MultiplyPairs(n0, Four(quants, 38));
                a7 = Wide.MultiplyPairs(m0, Four(quants, 7)) + Wide.MultiplyPairs(n0, Four(quants, 39));
                var v1 = Vector512.Load(strip + 64);
                var (m1, n1) = (v1 & mask, (v1.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(m1, Four(quants, 8)) + Wide.MultiplyPairs(n1, Four(quants, 40));
                a1 += Wide.MultiplyPairs(m1, Four(quants, 9)) + Wide.MultiplyPairs(n1, Four(quants, 41));
                a2 += Wide.MultiplyPairs(m1, Four(quants, 10)) + Wide.MultiplyPairs(n1, Four(quants, 42));
                a3 += Wide.MultiplyPairs(m1, Four(quants, 11)) + Wide.MultiplyPairs(n1, Four(quants, 43));
                a4 += Wide.MultiplyPairs(m1, Four(quants, 12)) + Wide.MultiplyPairs(n1, Four(quants, 44));
                a5 += Wide.MultiplyPairs(m1, Four(quants, 13)) + Wide.MultiplyPairs(n1, Four(quants, 45));
                a6 += Wide.MultiplyPairs(m1, Four(quants, 14)) + Wide.MultiplyPairs(n1, Four(quants, 46));
                a7 += Wide.MultiplyPairs(m1, Four(quants, 15)) + Wide.MultiplyPairs(n1, Four(quants, 47));
                var v2 = Vector512.Load(strip + 128);
                var (m2, n2) = (v2 & mask, (v2.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(m2, Four(quants, 16)) + Wide.MultiplyPairs(n2, Four(quants, 48));
                a1 += Wide.MultiplyPairs(m2, Four(quants, 17)) + Wide.MultiplyPairs(n2, Four(quants, 49));
                a2 += Wide.MultiplyPairs(m2, Four(quants, 18)) + Wide.MultiplyPairs(n2, Four(quants, 50));
                a3 += Wide.MultiplyPairs(m2, Four(quants, 19)) + Wide.MultiplyPairs(n2, Four(quants, 51));
                a4 += Wide.MultiplyPairs(m2, Four(quants, 20)) + Wide.MultiplyPairs(n2, Four(quants, 52));
                a5 += Wide.MultiplyPairs(m2, Four(quants, 21)) + Wide.MultiplyPairs(n2, Four(quants, 53));
                a6 += Wide.MultiplyPairs(m2, Four(quants, 22)) + Wide.MultiplyPairs(n2, Four(quants, 54));
                a7 += Wide.MultiplyPairs(m2, Four(quants, 23)) + Wide.MultiplyPairs(n2, Four(quants, 55));
                var v3 = Vector512.Load(strip + 192);
                var (m3, n3) = (v3 & mask, (v3.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(m3, Four(quants, 24)) + Wide.MultiplyPairs(n3, Four(quants, 56));
                a1 += Wide.MultiplyPairs(m3, Four(quants, 25)) + Wide.MultiplyPairs(n3, Four(quants, 57));
                a2 += Wide.MultiplyPairs(m3, Four(quants, 26)) + Wide.MultiplyPairs(n3, Four(quants, 58));
                a3 += Wide.MultiplyPairs(m3, Four(quants, 27)) + Wide.MultiplyPairs(n3, Four(quants, 59));
                a4 += Wide.MultiplyPairs(m3, Four(quants, 28)) + Wide.MultiplyPairs(n3, Four(quants, 60));
                a5 += Wide.MultiplyPairs(m3, Four(quants, 29)) + Wide.MultiplyPairs(n3, Four(quants, 61));
                a6 += Wide.MultiplyPairs(m3, Four(quants, 30)) + Wide.MultiplyPairs(n3, Four(quants, 62));
                a7 += Wide.MultiplyPairs(m3, Four(quants, 31)) + Wide.MultiplyPairs(n3, Four(quants, 63));
            }

            strip += TEight.IsSet ? 512 : 256;
            quants += 256;
            var d = Load<THalf>(ref strip);
            var o = TOffsets.IsSet ? Load<THalf>(ref strip) : default;
            f0 = Scale<TEight, TOffsets>(f0, a0, b0, d, o, x, (block * 8) + 0);
            f1 = Scale<TEight, TOffsets>(f1, a1, b1, d, o, x, (block * 8) + 1);
            f2 = Scale<TEight, TOffsets>(f2, a2, b2, d, o, x, (block * 8) + 2);
            f3 = Scale<TEight, TOffsets>(f3, a3, b3, d, o, x, (block * 8) + 3);
            f4 = Scale<TEight, TOffsets>(f4, a4, b4, d, o, x, (block * 8) + 4);
            f5 = Scale<TEight, TOffsets>(f5, a5, b5, d, o, x, (block * 8) + 5);
            f6 = Scale<TEight, TOffsets>(f6, a6, b6, d, o, x, (block * 8) + 6);
            f7 = Scale<TEight, TOffsets>(f7, a7, b7, d, o, x, (block * 8) + 7);
        }

        f0.Store(output);
        f1.Store(output + 16);
        f2.Store(output + 32);
        f3.Store(output + 48);
        f4.Store(output + 64);
        f5.Store(output + 80);
        f6.Store(output + 96);
        f7.Store(output + 112);
    }

    /// <summary>A tile of 4 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4<TEight, TOffsets, THalf>(byte* strip, in Tile x, float* output)
        where TEight : IFlag
        where TOffsets : IFlag
        where THalf : IFlag
    {
        var mask = Vector512.Create((byte)0xF);
        var quants = x.Quants;
        var blocks = x.Blocks;
        var f0 = Vector512<float>.Zero;
        var f1 = Vector512<float>.Zero;
        var f2 = Vector512<float>.Zero;
        var f3 = Vector512<float>.Zero;
        for (var block = 0; block < blocks; block++)
        {
            Vector512<short> a0;
            Vector512<short> a1;
            Vector512<short> a2;
            Vector512<short> a3;
            var b0 = Vector512<short>.Zero;
            var b1 = Vector512<short>.Zero;
            var b2 = Vector512<short>.Zero;
            var b3 = Vector512<short>.Zero;
            if (TEight.IsSet)
            {
                var w0 = Vector512.Load(strip + 0);
                var (l0, h0) = (w0 & mask, (w0.AsUInt16() >>> 4).AsByte() & mask);
                a0 = Wide.MultiplyPairs(l0, Four(quants, 0));
                b0 = Wide.MultiplyPairs(h0, Four(quants, 0));
                a1 = Wide.MultiplyPairs(l0, Four(quants, 1));
                b1 = Wide.MultiplyPairs(h0, Four(quants, 1));
                a2 = Wide.MultiplyPairs(l0, Four(quants, 2));
                b2 = Wide.MultiplyPairs(h0, Four(quants, 2));
                a3 = Wide.MultiplyPairs(l0, Four(quants, 3));
                b3 = Wide.MultiplyPairs(h0, Four(quants, 3));
                var w1 = Vector512.Load(strip + 64);
                var (l1, h1) = (w1 & mask, (w1.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l1, Four(quants, 4));
                b0 += Wide.MultiplyPairs(h1, Four(quants, 4));
                a1 += Wide.MultiplyPairs(l1, Four(quants, 5));
                b1 += Wide.MultiplyPairs(h1, Four(quants, 5));
                a2 += Wide.MultiplyPairs(l1, Four(quants, 6));
                b2 += Wide.MultiplyPairs(h1, Four(quants, 6));
                a3 += Wide.MultiplyPairs(l1, Four(quants, 7));
                b3 += Wide.MultiplyPairs(h1, Four(quants, 7));
                var w2 = Vector512.Load(strip + 128);
                var (l2, h2) = (w2 & mask, (w2.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l2, Four(quants, 8));
                b0 += Wide.MultiplyPairs(h2, Four(quants, 8));
                a1 += Wide.MultiplyPairs(l2, Four(quants, 9));
                b1 += Wide.MultiplyPairs(h2, Four(quants, 9));
                a2 += Wide.MultiplyPairs(l2, Four(quants, 10));
                b2 += Wide.MultiplyPairs(h2, Four(quants, 10));
                a3 += Wide.MultiplyPairs(l2, Four(quants, 11));
                b3 += Wide.MultiplyPairs(h2, Four(quants, 11));
                var w3 = Vector512.Load(strip + 192);
                var (l3, h3) = (w3 & mask, (w3.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l3, Four(quants, 12));
                b0 += Wide.MultiplyPairs(h3, Four(quants, 12));
                a1 += Wide.MultiplyPairs(l3, Four(quants, 13));
                b1 += Wide.MultiplyPairs(h3, Four(quants, 13));
                a2 += Wide.MultiplyPairs(l3, Four(quants, 14));
                b2 += Wide.MultiplyPairs(h3, Four(quants, 14));
                a3 += Wide.MultiplyPairs(l3, Four(quants, 15));
                b3 += Wide.MultiplyPairs(h3, Four(quants, 15));
                var w4 = Vector512.Load(strip + 256);
                var (l4, h4) = (w4 & mask, (w4.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l4, Four(quants, 16));
                b0 += Wide.MultiplyPairs(h4, Four(quants, 16));
                a1 += Wide.MultiplyPairs(l4, Four(quants, 17));
                b1 += Wide.MultiplyPairs(h4, Four(quants, 17));
                a2 += Wide.MultiplyPairs(l4, Four(quants, 18));
                b2 += Wide.MultiplyPairs(h4, Four(quants, 18));
                a3 += Wide.MultiplyPairs(l4, Four(quants, 19));
                b3 += Wide.MultiplyPairs(h4, Four(quants, 19));
                var w5 = Vector512.Load(strip + 320);
                var (l5, h5) = (w5 & mask, (w5.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l5, Four(quants, 20));
                b0 += Wide.MultiplyPairs(h5, Four(quants, 20));
                a1 += Wide.MultiplyPairs(l5, Four(quants, 21));
                b1 += Wide.MultiplyPairs(h5, Four(quants, 21));
                a2 += Wide.MultiplyPairs(l5, Four(quants, 22));
                b2 += Wide.MultiplyPairs(h5, Four(quants, 22));
                a3 += Wide.MultiplyPairs(l5, Four(quants, 23));
                b3 += Wide.MultiplyPairs(h5, Four(quants, 23));
                var w6 = Vector512.Load(strip + 384);
                var (l6, h6) = (w6 & mask, (w6.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l6, Four(quants, 24));
                b0 += Wide.MultiplyPairs(h6, Four(quants, 24));
                a1 += Wide.MultiplyPairs(l6, Four(quants, 25));
                b1 += Wide.MultiplyPairs(h6, Four(quants, 25));
                a2 += Wide.MultiplyPairs(l6, Four(quants, 26));
                b2 += Wide.MultiplyPairs(h6, Four(quants, 26));
                a3 += Wide.MultiplyPairs(l6, Four(quants, 27));
                b3 += Wide.MultiplyPairs(h6, Four(quants, 27));
                var w7 = Vector512.Load(strip + 448);
                var (l7, h7) = (w7 & mask, (w7.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l7, Four(quants, 28));
                b0 += Wide.MultiplyPairs(h7, Four(quants, 28));
                a1 += Wide.MultiplyPairs(l7, Four(quants, 29));
                b1 += Wide.MultiplyPairs(h7, Four(quants, 29));
                a2 += Wide.MultiplyPairs(l7, Four(quants, 30));
                b2 += Wide.MultiplyPairs(h7, Four(quants, 30));
                a3 += Wide.MultiplyPairs(l7, Four(quants, 31));
                b3 += Wide.MultiplyPairs(h7, Four(quants, 31));
            }
            else
            {
                var v0 = Vector512.Load(strip + 0);
                var (m0, n0) = (v0 & mask, (v0.AsUInt16() >>> 4).AsByte() & mask);
                a0 = Wide.MultiplyPairs(m0, Four(quants, 0)) + Wide.MultiplyPairs(n0, Four(quants, 16));
                a1 = Wide.MultiplyPairs(m0, Four(quants, 1)) + Wide.MultiplyPairs(n0, Four(quants, 17));
                a2 = Wide.MultiplyPairs(m0, Four(quants, 2)) + Wide.MultiplyPairs(n0, Four(quants, 18));
                a3 = Wide.MultiplyPairs(m0, Four(quants, 3)) + Wide.MultiplyPairs(n0, Four(quants, 19));
                var v1 = Vector512.Load(strip + 64);
                var (m1, n1) = (v1 & mask, (v1.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(m1, Four(quants, 4)) + Wide.MultiplyPairs(n1, Four(quants, 20));
                a1 += Wide.MultiplyPairs(m1, Four(quants, 5)) + Wide.MultiplyPairs(n1, Four(quants, 21));
                a2 += Wide.MultiplyPairs(m1, Four(quants, 6)) + Wide.MultiplyPairs(n1, Four(quants, 22));
                a3 += Wide.MultiplyPairs(m1, Four(quants, 7)) + Wide.MultiplyPairs(n1, Four(quants, 23));
                var v2 = Vector512.Load(strip + 128);
                var (m2, n2) = (v2 & mask, (v2.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(m2, Four(quants, 8)) + Wide.MultiplyPairs(n2, Four(quants, 24));
                a1 += Wide.MultiplyPairs(m2, Four(quants, 9)) + Wide.MultiplyPairs(n2, Four(quants, 25));
                a2 += Wide.MultiplyPairs(m2, Four(quants, 10)) + Wide.MultiplyPairs(n2, Four(quants, 26));
                a3 += Wide.MultiplyPairs(m2, Four(quants, 11)) + Wide.MultiplyPairs(n2, Four(quants, 27));
                var v3 = Vector512.Load(strip + 192);
                var (m3, n3) = (v3 & mask, (v3.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(m3, Four(quants, 12)) + Wide.MultiplyPairs(n3, Four(quants, 28));
                a1 += Wide.MultiplyPairs(m3, Four(quants, 13)) + Wide.MultiplyPairs(n3, Four(quants, 29));
                a2 += Wide.MultiplyPairs(m3, Four(quants, 14)) + Wide.MultiplyPairs(n3, Four(quants, 30));
                a3 += Wide.MultiplyPairs(m3, Four(quants, 15)) + Wide.MultiplyPairs(n3, Four(quants, 31));
            }

            strip += TEight.IsSet ? 512 : 256;
            quants += 128;
            var d = Load<THalf>(ref strip);
            var o = TOffsets.IsSet ? Load<THalf>(ref strip) : default;
            f0 = Scale<TEight, TOffsets>(f0, a0, b0, d, o, x, (block * 4) + 0);
            f1 = Scale<TEight, TOffsets>(f1, a1, b1, d, o, x, (block * 4) + 1);
            f2 = Scale<TEight, TOffsets>(f2, a2, b2, d, o, x, (block * 4) + 2);
            f3 = Scale<TEight, TOffsets>(f3, a3, b3, d, o, x, (block * 4) + 3);
        }

        f0.Store(output);
        f1.Store(output + 16);
        f2.Store(output + 32);
        f3.Store(output + 48);
    }

    /// <summary>A tile of 1 row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows1<TEight, TOffsets, THalf>(byte* strip, in Tile x, float* output)
        where TEight : IFlag
        where TOffsets : IFlag
        where THalf : IFlag
    {
        var mask = Vector512.Create((byte)0xF);
        var quants = x.Quants;
        var blocks = x.Blocks;
        var f0 = Vector512<float>.Zero;
        for (var block = 0; block < blocks; block++)
        {
            Vector512<short> a0;
            var b0 = Vector512<short>.Zero;
            if (TEight.IsSet)
            {
                var w0 = Vector512.Load(strip + 0);
                var (l0, h0) = (w0 & mask, (w0.AsUInt16() >>> 4).AsByte() & mask);
                a0 = Wide.MultiplyPairs(l0, Four(quants, 0));
                b0 = Wide.MultiplyPairs(h0, Four(quants, 0));
                var w1 = Vector512.Load(strip + 64);
                var (l1, h1) = (w1 & mask, (w1.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l1, Four(quants, 1));
                b0 += Wide.MultiplyPairs(h1, Four(quants, 1));
                var w2 = Vector512.Load(strip + 128);
                var (l2, h2) = (w2 & mask, (w2.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l2, Four(quants, 2));
                b0 += Wide.MultiplyPairs(h2, Four(quants, 2));
                var w3 = Vector512.Load(strip + 192);
                var (l3, h3) = (w3 & mask, (w3.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l3, Four(quants, 3));
                b0 += Wide.MultiplyPairs(h3, Four(quants, 3));
                var w4 = Vector512.Load(strip + 256);
                var (l4, h4) = (w4 & mask, (w4.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l4, Four(quants, 4));
                b0 += Wide.MultiplyPairs(h4, Four(quants, 4));
                var w5 = Vector512.Load(strip + 320);
                var (l5, h5) = (w5 & mask, (w5.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l5, Four(quants, 5));
                b0 += Wide.MultiplyPairs(h5, Four(quants, 5));
                var w6 = Vector512.Load(strip + 384);
                var (l6, h6) = (w6 & mask, (w6.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l6, Four(quants, 6));
                b0 += Wide.MultiplyPairs(h6, Four(quants, 6));
                var w7 = Vector512.Load(strip + 448);
                var (l7, h7) = (w7 & mask, (w7.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(l7, Four(quants, 7));
                b0 += Wide.MultiplyPairs(h7, Four(quants, 7));
            }
            else
            {
                var v0 = Vector512.Load(strip + 0);
                var (m0, n0) = (v0 & mask, (v0.AsUInt16() >>> 4).AsByte() & mask);
                a0 = Wide.MultiplyPairs(m0, Four(quants, 0)) + Wide.MultiplyPairs(n0, Four(quants, 4));
                var v1 = Vector512.Load(strip + 64);
                var (m1, n1) = (v1 & mask, (v1.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(m1, Four(quants, 1)) + Wide.MultiplyPairs(n1, Four(quants, 5));
                var v2 = Vector512.Load(strip + 128);
                var (m2, n2) = (v2 & mask, (v2.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(m2, Four(quants, 2)) + Wide.MultiplyPairs(n2, Four(quants, 6));
                var v3 = Vector512.Load(strip + 192);
                var (m3, n3) = (v3 & mask, (v3.AsUInt16() >>> 4).AsByte() & mask);
                a0 += Wide.MultiplyPairs(m3, Four(quants, 3)) + Wide.MultiplyPairs(n3, Four(quants, 7));
            }

            strip += TEight.IsSet ? 512 : 256;
            quants += 32;
            var d = Load<THalf>(ref strip);
            var o = TOffsets.IsSet ? Load<THalf>(ref strip) : default;
            f0 = Scale<TEight, TOffsets>(f0, a0, b0, d, o, x, (block * 1) + 0);
        }

        f0.Store(output);
    }
}
