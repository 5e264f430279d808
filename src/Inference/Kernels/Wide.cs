using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VisionCluster.Inference.Kernels;

/// <summary>
/// What kernels need of 512-bit vectors beyond <see cref="Vector512"/>: one instruction each with AVX-512, two with AVX2, and written out in
/// portable vectors elsewhere, with the same results.
/// </summary>
internal static class Wide
{
    /// <summary>Half precision's exponents are 112 short of single's: a half whose bits are moved into place is a float times 2^−112.</summary>
    public const float HalfScale = 5.192296858534828e33f;

    private const int HalfBits = unchecked((int)0x8FFFE000);

    /// <summary>Sums of two products each, unsigned times signed bytes. The callers' numbers cannot overflow 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> MultiplyPairs(Vector512<byte> a, Vector512<sbyte> b)
    {
        if (Avx512BW.IsSupported)
        {
            return Avx512BW.MultiplyAddAdjacent(a, b);
        }

        if (Avx2.IsSupported)
        {
            return Vector512.Create(
                Avx2.MultiplyAddAdjacent(a.GetLower(), b.GetLower()), Avx2.MultiplyAddAdjacent(a.GetUpper(), b.GetUpper()));
        }

        // Even and odd bytes of every 16 bits, extended by shifts.
        var even = (a.AsInt16() & Vector512.Create((short)0xFF)) * ((b.AsInt16() << 8) >> 8);
        return even + ((a.AsUInt16() >>> 8).AsInt16() * (b.AsInt16() >> 8));
    }

    /// <summary>Sums of two products each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MultiplyPairs(Vector512<short> a, Vector512<short> b)
    {
        if (Avx512BW.IsSupported)
        {
            return Avx512BW.MultiplyAddAdjacent(a, b);
        }

        if (Avx2.IsSupported)
        {
            return Vector512.Create(
                Avx2.MultiplyAddAdjacent(a.GetLower(), b.GetLower()), Avx2.MultiplyAddAdjacent(a.GetUpper(), b.GetUpper()));
        }

        var even = ((a.AsInt32() << 16) >> 16) * ((b.AsInt32() << 16) >> 16);
        return even + ((a.AsInt32() >> 16) * (b.AsInt32() >> 16));
    }

    /// <summary>16 halves as floats times 2^−112, exactly; finite ones only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<float> LoadHalvesScaled(Half* source)
    {
        var bits = Vector256.Load((short*)source);
        var wide = Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(bits)
            : Vector512.Create(Vector256.WidenLower(bits), Vector256.WidenUpper(bits));

        // The sign fills what is above; of its copies the mask keeps the topmost.
        return ((wide << 13) & Vector512.Create(HalfBits)).AsSingle();
    }

    /// <summary>16 halves as floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<float> LoadHalves(Half* source) => LoadHalvesScaled(source) * Vector512.Create(HalfScale);

    /// <summary>Writes 16 floats as the nearest halves, of two the even one; what is too large becomes the largest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreHalves(Vector512<float> x, Half* destination)
    {
        var size = (Vector512.Min(Vector512.Abs(x), Vector512.Create(65504f)) * Vector512.Create(1 / HalfScale)).AsInt32();
        size = (size + Vector512.Create(0xFFF) + ((size >> 13) & Vector512<int>.One)) >> 13;
        var bits = size | ((x.AsInt32() >> 16) & Vector512.Create(0x8000));
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector256Int16(bits).Store((short*)destination);
        }
        else
        {
            Vector256.Narrow(bits.GetLower(), bits.GetUpper()).Store((short*)destination);
        }
    }

    /// <summary>a · b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Avx512F.IsSupported ? Avx512F.FusedMultiplyAdd(a, b, c) : Vector512.FusedMultiplyAdd(a, b, c);

    /// <summary>Nearest integers, halves to the even one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> RoundToInt(Vector512<float> x) =>
        Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(x) : Vector512.ConvertToInt32(Vector512.Round(x));

    /// <summary>Writes 16 integers of 0 to 255 as bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreBytes(Vector512<int> x, byte* destination)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector128Byte(x).Store(destination);
            return;
        }

        var words = Vector256.Narrow(x.GetLower(), x.GetUpper());
        Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte().Store(destination);
    }

    /// <summary>The sum of 16 lanes, halves added to halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> x)
    {
        var quarter = x.GetLower() + x.GetUpper();
        var eighth = quarter.GetLower() + quarter.GetUpper();
        eighth += Vector128.Shuffle(eighth, Vector128.Create(2, 3, 0, 1));
        return eighth[0] + eighth[1];
    }

    /// <summary>The largest of 16 lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Vector512<float> x)
    {
        var half = Vector256.Max(x.GetLower(), x.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        quarter = Vector128.Max(quarter, Vector128.Shuffle(quarter, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(quarter[0], quarter[1]);
    }

    /// <summary>Lane 4q + i is the sum of quarter q of vector i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> QuarterSums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        if (Avx512F.IsSupported)
        {
            var (ab, cd) = (Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b), Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d));
            return Avx512F.UnpackLow(ab.AsDouble(), cd.AsDouble()).AsSingle() + Avx512F.UnpackHigh(ab.AsDouble(), cd.AsDouble()).AsSingle();
        }

        return Vector512.Create(
            Vector256.Create(
                QuarterSums(a.GetLower().GetLower(), b.GetLower().GetLower(), c.GetLower().GetLower(), d.GetLower().GetLower()),
                QuarterSums(a.GetLower().GetUpper(), b.GetLower().GetUpper(), c.GetLower().GetUpper(), d.GetLower().GetUpper())),
            Vector256.Create(
                QuarterSums(a.GetUpper().GetLower(), b.GetUpper().GetLower(), c.GetUpper().GetLower(), d.GetUpper().GetLower()),
                QuarterSums(a.GetUpper().GetUpper(), b.GetUpper().GetUpper(), c.GetUpper().GetUpper(), d.GetUpper().GetUpper())));
    }

    /// <summary>Lane 4v + i is the sum of lane i of vector v's quarters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LaneSums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        if (Avx512F.IsSupported)
        {
            const byte even = 0b10_00_10_00;
            const byte odd = 0b11_01_11_01;
            var ab = Avx512F.Shuffle4x128(a, b, even) + Avx512F.Shuffle4x128(a, b, odd);
            var cd = Avx512F.Shuffle4x128(c, d, even) + Avx512F.Shuffle4x128(c, d, odd);
            return Avx512F.Shuffle4x128(ab, cd, even) + Avx512F.Shuffle4x128(ab, cd, odd);
        }

        return Vector512.Create(Vector256.Create(LaneSums(a), LaneSums(b)), Vector256.Create(LaneSums(c), LaneSums(d)));
    }

    private static Vector128<float> QuarterSums(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) =>
        Vector128.Create((a[0] + a[2]) + (a[1] + a[3]), (b[0] + b[2]) + (b[1] + b[3]), (c[0] + c[2]) + (c[1] + c[3]), (d[0] + d[2]) + (d[1] + d[3]));

    private static Vector128<float> LaneSums(Vector512<float> x) =>
        (x.GetLower().GetLower() + x.GetLower().GetUpper()) + (x.GetUpper().GetLower() + x.GetUpper().GetUpper());

    /// <summary>e^x (Cephes' expf: a polynomial of degree 5 between −½ ln 2 and ½ ln 2), within 2 units in the last place; below −87 it is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        var least = Vector512.Create(-87f);
        var isZero = Vector512.LessThan(x, least);
        x = Vector512.Min(Vector512.Max(x, least), Vector512.Create(88f));
        var power = RoundToInt(x * Vector512.Create(1.44269504f));
        var n = Vector512.ConvertToSingle(power);
        var r = Fma(n, Vector512.Create(-0.693359375f), x);
        r = Fma(n, Vector512.Create(2.12194440e-4f), r);
        var y = Vector512.Create(1.9875691500e-4f);
        y = Fma(y, r, Vector512.Create(1.3981999507e-3f));
        y = Fma(y, r, Vector512.Create(8.3334519073e-3f));
        y = Fma(y, r, Vector512.Create(4.1665795894e-2f));
        y = Fma(y, r, Vector512.Create(1.6666665459e-1f));
        y = Fma(y, r, Vector512.Create(5.0000001201e-1f));
        y = Fma(y, r * r, r + Vector512<float>.One);
        var result = y * ((power + Vector512.Create(127)) << 23).AsSingle();
        return Vector512.ConditionalSelect(isZero, Vector512<float>.Zero, result);
    }

    /// <summary>x · σ(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Silu(Vector512<float> x) => x / (Vector512<float>.One + Exp(-x));

    /// <summary>
    /// GELU, x · Φ(x) (Hendrycks and Gimpel, 2016), with the error function of Abramowitz and Stegun 7.1.26: within 1.5e-7.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Gelu(Vector512<float> x)
    {
        var z = Vector512.Abs(x) * Vector512.Create(0.70710678f);
        var t = Vector512<float>.One / Fma(z, Vector512.Create(0.3275911f), Vector512<float>.One);
        var p = Vector512.Create(1.061405429f);
        p = Fma(p, t, Vector512.Create(-1.453152027f));
        p = Fma(p, t, Vector512.Create(1.421413741f));
        p = Fma(p, t, Vector512.Create(-0.284496736f));
        p = Fma(p, t, Vector512.Create(0.254829592f));
        var tail = Vector512.Create(0.5f) * p * t * Exp(-z * z); // 1 − Φ(|x|)
        return x * Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), tail, Vector512<float>.One - tail);
    }

    /// <summary>x · σ(1.702 x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> QuickGelu(Vector512<float> x) => x / (Vector512<float>.One + Exp(x * Vector512.Create(-1.702f)));

    /// <summary>GELU by tanh (Hendrycks and Gimpel, 2016): x · σ(2 √(2/π) (x + 0.044715 x³)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> GeluTanh(Vector512<float> x) =>
        x / (Vector512<float>.One + Exp(x * Fma(x * x, Vector512.Create(-0.07135481282f), Vector512.Create(-1.5957691216f))));
}
