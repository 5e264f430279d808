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
/// weights are two halves of four bits each.
/// </remarks>
internal static unsafe class StripProducts
{
    /// <summary>A strip's memory.</summary>
    public struct Strip
    {
        public byte* Weights;
        public byte* Scales;
        public byte* Offsets;
    }

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
    public static void Multiply<TEight, TOffsets, THalf>(in Strip strip, in ActivationTiles x, int first, int rows, float* output)
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
            : Wide.MultiplyPairs(a + b, Vector512<short>.One);
        if (!TOffsets.IsSet || TEight.IsSet)
        {
            total -= Vector512.Create(x.Totals[at] * (TEight.IsSet ? 128 : 8));
        }

        sum = Wide.Fma(Vector512.ConvertToSingle(total), d * Vector512.Create(x.Scales[at]), sum);
        return TOffsets.IsSet ? Wide.Fma(o, Vector512.Create(x.Sums[at]), sum) : sum;
    }

    /// <summary>A tile of 8 rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows8<TEight, TOffsets, THalf>(in Strip strip, in Tile x, float* output)
        where TEight : IFlag
        where TOffsets : IFlag
        where THalf : IFlag
    {
        var mask = Vector512.Create((byte)0xF);
        var weights = strip.Weights;
        var scale = strip.Scales;
        var offset = strip.Offsets;
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
            var a0 = Vector512<short>.Zero;
            var a1 = Vector512<short>.Zero;
            var a2 = Vector512<short>.Zero;
            var a3 = Vector512<short>.Zero;
            var a4 = Vector512<short>.Zero;
            var a5 = Vector512<short>.Zero;
            var a6 = Vector512<short>.Zero;
            var a7 = Vector512<short>.Zero;
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
                for (var four = 0; four < 8; four++, weights += 64, quants += 32)
                {
                    var w = Vector512.Load(weights);
                    var (low, high) = (w & mask, (w.AsUInt16() >>> 4).AsByte() & mask);
                    var x0 = Vector512.Create(((int*)quants)[0]).AsSByte();
                    a0 += Wide.MultiplyPairs(low, x0);
                    b0 += Wide.MultiplyPairs(high, x0);
                    var x1 = Vector512.Create(((int*)quants)[1]).AsSByte();
                    a1 += Wide.MultiplyPairs(low, x1);
                    b1 += Wide.MultiplyPairs(high, x1);
                    var x2 = Vector512.Create(((int*)quants)[2]).AsSByte();
                    a2 += Wide.MultiplyPairs(low, x2);
                    b2 += Wide.MultiplyPairs(high, x2);
                    var x3 = Vector512.Create(((int*)quants)[3]).AsSByte();
                    a3 += Wide.MultiplyPairs(low, x3);
                    b3 += Wide.MultiplyPairs(high, x3);
                    var x4 = Vector512.Create(((int*)quants)[4]).AsSByte();
                    a4 += Wide.MultiplyPairs(low, x4);
                    b4 += Wide.MultiplyPairs(high, x4);
                    var x5 = Vector512.Create(((int*)quants)[5]).AsSByte();
                    a5 += Wide.MultiplyPairs(low, x5);
                    b5 += Wide.MultiplyPairs(high, x5);
                    var x6 = Vector512.Create(((int*)quants)[6]).AsSByte();
                    a6 += Wide.MultiplyPairs(low, x6);
                    b6 += Wide.MultiplyPairs(high, x6);
                    var x7 = Vector512.Create(((int*)quants)[7]).AsSByte();
                    a7 += Wide.MultiplyPairs(low, x7);
                    b7 += Wide.MultiplyPairs(high, x7);
                }
            }
            else
            {
                for (var four = 0; four < 4; four++, weights += 64, quants += 32)
                {
                    var w = Vector512.Load(weights);
                    var (low, high) = (w & mask, (w.AsUInt16() >>> 4).AsByte() & mask);
                    a0 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[0]).AsSByte());
                    a0 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[32]).AsSByte());
                    a1 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[1]).AsSByte());
                    a1 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[33]).AsSByte());
                    a2 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[2]).AsSByte());
                    a2 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[34]).AsSByte());
                    a3 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[3]).AsSByte());
                    a3 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[35]).AsSByte());
                    a4 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[4]).AsSByte());
                    a4 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[36]).AsSByte());
                    a5 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[5]).AsSByte());
                    a5 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[37]).AsSByte());
                    a6 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[6]).AsSByte());
                    a6 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[38]).AsSByte());
                    a7 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[7]).AsSByte());
                    a7 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[39]).AsSByte());
                }

                quants += 128;
            }

            var d = Load<THalf>(ref scale);
            var o = TOffsets.IsSet ? Load<THalf>(ref offset) : default;
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
    private static void Rows4<TEight, TOffsets, THalf>(in Strip strip, in Tile x, float* output)
        where TEight : IFlag
        where TOffsets : IFlag
        where THalf : IFlag
    {
        var mask = Vector512.Create((byte)0xF);
        var weights = strip.Weights;
        var scale = strip.Scales;
        var offset = strip.Offsets;
        var quants = x.Quants;
        var blocks = x.Blocks;
        var f0 = Vector512<float>.Zero;
        var f1 = Vector512<float>.Zero;
        var f2 = Vector512<float>.Zero;
        var f3 = Vector512<float>.Zero;
        for (var block = 0; block < blocks; block++)
        {
            var a0 = Vector512<short>.Zero;
            var a1 = Vector512<short>.Zero;
            var a2 = Vector512<short>.Zero;
            var a3 = Vector512<short>.Zero;
            var b0 = Vector512<short>.Zero;
            var b1 = Vector512<short>.Zero;
            var b2 = Vector512<short>.Zero;
            var b3 = Vector512<short>.Zero;
            if (TEight.IsSet)
            {
                for (var four = 0; four < 8; four++, weights += 64, quants += 16)
                {
                    var w = Vector512.Load(weights);
                    var (low, high) = (w & mask, (w.AsUInt16() >>> 4).AsByte() & mask);
                    var x0 = Vector512.Create(((int*)quants)[0]).AsSByte();
                    a0 += Wide.MultiplyPairs(low, x0);
                    b0 += Wide.MultiplyPairs(high, x0);
                    var x1 = Vector512.Create(((int*)quants)[1]).AsSByte();
                    a1 += Wide.MultiplyPairs(low, x1);
                    b1 += Wide.MultiplyPairs(high, x1);
                    var x2 = Vector512.Create(((int*)quants)[2]).AsSByte();
                    a2 += Wide.MultiplyPairs(low, x2);
                    b2 += Wide.MultiplyPairs(high, x2);
                    var x3 = Vector512.Create(((int*)quants)[3]).AsSByte();
                    a3 += Wide.MultiplyPairs(low, x3);
                    b3 += Wide.MultiplyPairs(high, x3);
                }
            }
            else
            {
                for (var four = 0; four < 4; four++, weights += 64, quants += 16)
                {
                    var w = Vector512.Load(weights);
                    var (low, high) = (w & mask, (w.AsUInt16() >>> 4).AsByte() & mask);
                    a0 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[0]).AsSByte());
                    a0 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[16]).AsSByte());
                    a1 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[1]).AsSByte());
                    a1 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[17]).AsSByte());
                    a2 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[2]).AsSByte());
                    a2 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[18]).AsSByte());
                    a3 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[3]).AsSByte());
                    a3 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[19]).AsSByte());
                }

                quants += 64;
            }

            var d = Load<THalf>(ref scale);
            var o = TOffsets.IsSet ? Load<THalf>(ref offset) : default;
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
    private static void Rows1<TEight, TOffsets, THalf>(in Strip strip, in Tile x, float* output)
        where TEight : IFlag
        where TOffsets : IFlag
        where THalf : IFlag
    {
        var mask = Vector512.Create((byte)0xF);
        var weights = strip.Weights;
        var scale = strip.Scales;
        var offset = strip.Offsets;
        var quants = x.Quants;
        var blocks = x.Blocks;
        var f0 = Vector512<float>.Zero;
        for (var block = 0; block < blocks; block++)
        {
            var a0 = Vector512<short>.Zero;
            var b0 = Vector512<short>.Zero;
            if (TEight.IsSet)
            {
                for (var four = 0; four < 8; four++, weights += 64, quants += 4)
                {
                    var w = Vector512.Load(weights);
                    var (low, high) = (w & mask, (w.AsUInt16() >>> 4).AsByte() & mask);
                    var x0 = Vector512.Create(((int*)quants)[0]).AsSByte();
                    a0 += Wide.MultiplyPairs(low, x0);
                    b0 += Wide.MultiplyPairs(high, x0);
                }
            }
            else
            {
                for (var four = 0; four < 4; four++, weights += 64, quants += 4)
                {
                    var w = Vector512.Load(weights);
                    var (low, high) = (w & mask, (w.AsUInt16() >>> 4).AsByte() & mask);
                    a0 += Wide.MultiplyPairs(low, Vector512.Create(((int*)quants)[0]).AsSByte());
                    b0 += Wide.MultiplyPairs(high, Vector512.Create(((int*)quants)[4]).AsSByte());
                }

                quants += 16;
            }

            var d = Load<THalf>(ref scale);
            var o = TOffsets.IsSet ? Load<THalf>(ref offset) : default;
            f0 = Scale<TEight, TOffsets>(f0, a0, b0, d, o, x, (block * 1) + 0);
        }

        f0.Store(output);
    }
}
