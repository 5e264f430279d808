using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VisionCluster.Models.Processing.Resampling;

/// <summary>
/// The inner loop of resampling: one row of bytes as the weighted sum of several, <c>clamp((2^21 + sum of byte * weight) >> 22)</c>, exact
/// in every bit. Compiled at the highest level at once: the first image is as fast as the last.
/// </summary>
internal static unsafe class RowBlender
{
    /// <summary>Instruction sets with a path of their own. The results do not differ.</summary>
    public enum Path
    {
        Scalar,
        Vector128,
        Avx2,
        Avx512,
    }

    private const int Half = 1 << (AxisWeights.FractionBits - 1);

    public static Path Best { get; } = Enum.GetValues<Path>().Where(IsSupported).Max();

    public static bool IsSupported(Path path) => path switch
    {
        Path.Avx512 => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported,
        Path.Avx2 => Avx2.IsSupported,
        Path.Vector128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };

    /// <param name="source">Row of input 0.</param>
    /// <param name="stride">Bytes between input rows.</param>
    /// <param name="weights">Weights of the axis.</param>
    /// <param name="output">Which output place to compute.</param>
    /// <param name="target">Its row; not inside the source.</param>
    /// <param name="length">Bytes in a row.</param>
    /// <param name="path">Instruction set to use.</param>
    public static void Blend(byte* source, nint stride, AxisWeights weights, int output, byte* target, int length, Path path)
    {
        source += weights.Starts[output] * stride;
        var count = weights.Counts[output];
        fixed (int* exact = &weights.Weights[output * weights.Taps])
        fixed (int* low = &weights.LowPairs[output * weights.Taps / 2])
        fixed (int* high = &weights.HighPairs[output * weights.Taps / 2])
        {
            if (path == Path.Avx512 && length >= Vector512<byte>.Count)
                Row512(source, stride, low, high, count, target, length);
            else if (path >= Path.Avx2 && length >= Vector256<byte>.Count)
                Row256(source, stride, low, high, count, target, length);
            else
                Row128(source, stride, exact, count, target, length, path != Path.Scalar);
        }
    }

    // The last block may overlap the one before: the same bytes are written twice.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row512(byte* source, nint stride, int* low, int* high, int count, byte* target, int length)
    {
        for (var done = 0; done < length; done += Vector512<byte>.Count)
        {
            var at = Math.Min(done, length - Vector512<byte>.Count);
            Blend512(source + at, stride, low, high, count).Store(target + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row256(byte* source, nint stride, int* low, int* high, int count, byte* target, int length)
    {
        for (var done = 0; done < length; done += Vector256<byte>.Count)
        {
            var at = Math.Min(done, length - Vector256<byte>.Count);
            Blend256(source + at, stride, low, high, count).Store(target + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row128(byte* source, nint stride, int* weights, int count, byte* target, int length, bool vectors)
    {
        var done = 0;
        for (; vectors && done <= length - Vector128<byte>.Count; done += Vector128<byte>.Count)
            Blend128(source + done, stride, weights, count).Store(target + done);
        for (; done < length; done++)
        {
            var sum = Half;
            for (var k = 0; k < count; k++)
                sum += source[done + k * stride] * weights[k];
            target[done] = (byte)Math.Clamp(sum >> AxisWeights.FractionBits, 0, 255);
        }
    }

    // Bytes of two rows are interleaved and widened, so that one 16-bit multiply-add takes both rows' weights.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Blend512(byte* source, nint stride, int* low, int* high, int count)
    {
        Vector512<int> low0 = Vector512.Create(Half), low1 = low0, low2 = low0, low3 = low0;
        Vector512<int> high0 = default, high1 = default, high2 = default, high3 = default;
        for (var k = 0; k < count; k += 2, low++, high++)
        {
            var row = Vector512.Load(source + k * stride);
            var next = k + 1 < count ? Vector512.Load(source + (k + 1) * stride) : default;
            var front = Avx512BW.UnpackLow(row, next);
            var back = Avx512BW.UnpackHigh(row, next);
            var pair0 = Avx512BW.UnpackLow(front, default).AsInt16();
            var pair1 = Avx512BW.UnpackHigh(front, default).AsInt16();
            var pair2 = Avx512BW.UnpackLow(back, default).AsInt16();
            var pair3 = Avx512BW.UnpackHigh(back, default).AsInt16();
            var lowWeights = Vector512.Create(*low).AsInt16();
            var highWeights = Vector512.Create(*high).AsInt16();
            low0 += Avx512BW.MultiplyAddAdjacent(pair0, lowWeights);
            low1 += Avx512BW.MultiplyAddAdjacent(pair1, lowWeights);
            low2 += Avx512BW.MultiplyAddAdjacent(pair2, lowWeights);
            low3 += Avx512BW.MultiplyAddAdjacent(pair3, lowWeights);
            high0 += Avx512BW.MultiplyAddAdjacent(pair0, highWeights);
            high1 += Avx512BW.MultiplyAddAdjacent(pair1, highWeights);
            high2 += Avx512BW.MultiplyAddAdjacent(pair2, highWeights);
            high3 += Avx512BW.MultiplyAddAdjacent(pair3, highWeights);
        }

        low0 = ((high0 << AxisWeights.LowBits) + low0) >> AxisWeights.FractionBits;
        low1 = ((high1 << AxisWeights.LowBits) + low1) >> AxisWeights.FractionBits;
        low2 = ((high2 << AxisWeights.LowBits) + low2) >> AxisWeights.FractionBits;
        low3 = ((high3 << AxisWeights.LowBits) + low3) >> AxisWeights.FractionBits;
        return Avx512BW.PackUnsignedSaturate(Avx512BW.PackSignedSaturate(low0, low1), Avx512BW.PackSignedSaturate(low2, low3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Blend256(byte* source, nint stride, int* low, int* high, int count)
    {
        Vector256<int> low0 = Vector256.Create(Half), low1 = low0, low2 = low0, low3 = low0;
        Vector256<int> high0 = default, high1 = default, high2 = default, high3 = default;
        for (var k = 0; k < count; k += 2, low++, high++)
        {
            var row = Vector256.Load(source + k * stride);
            var next = k + 1 < count ? Vector256.Load(source + (k + 1) * stride) : default;
            var front = Avx2.UnpackLow(row, next);
            var back = Avx2.UnpackHigh(row, next);
            var pair0 = Avx2.UnpackLow(front, default).AsInt16();
            var pair1 = Avx2.UnpackHigh(front, default).AsInt16();
            var pair2 = Avx2.UnpackLow(back, default).AsInt16();
            var pair3 = Avx2.UnpackHigh(back, default).AsInt16();
            var lowWeights = Vector256.Create(*low).AsInt16();
            var highWeights = Vector256.Create(*high).AsInt16();
            low0 += Avx2.MultiplyAddAdjacent(pair0, lowWeights);
            low1 += Avx2.MultiplyAddAdjacent(pair1, lowWeights);
            low2 += Avx2.MultiplyAddAdjacent(pair2, lowWeights);
            low3 += Avx2.MultiplyAddAdjacent(pair3, lowWeights);
            high0 += Avx2.MultiplyAddAdjacent(pair0, highWeights);
            high1 += Avx2.MultiplyAddAdjacent(pair1, highWeights);
            high2 += Avx2.MultiplyAddAdjacent(pair2, highWeights);
            high3 += Avx2.MultiplyAddAdjacent(pair3, highWeights);
        }

        low0 = ((high0 << AxisWeights.LowBits) + low0) >> AxisWeights.FractionBits;
        low1 = ((high1 << AxisWeights.LowBits) + low1) >> AxisWeights.FractionBits;
        low2 = ((high2 << AxisWeights.LowBits) + low2) >> AxisWeights.FractionBits;
        low3 = ((high3 << AxisWeights.LowBits) + low3) >> AxisWeights.FractionBits;
        return Avx2.PackUnsignedSaturate(Avx2.PackSignedSaturate(low0, low1), Avx2.PackSignedSaturate(low2, low3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Blend128(byte* source, nint stride, int* weights, int count)
    {
        Vector128<int> sum0 = Vector128.Create(Half), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        for (var k = 0; k < count; k++)
        {
            var (front, back) = Vector128.Widen(Vector128.Load(source + k * stride));
            var (row0, row1) = Vector128.Widen(front);
            var (row2, row3) = Vector128.Widen(back);
            var weight = Vector128.Create(weights[k]);
            sum0 += row0.AsInt32() * weight;
            sum1 += row1.AsInt32() * weight;
            sum2 += row2.AsInt32() * weight;
            sum3 += row3.AsInt32() * weight;
        }

        return Vector128.Narrow(Vector128.Narrow(Clamp(sum0), Clamp(sum1)), Vector128.Narrow(Clamp(sum2), Clamp(sum3)));

        static Vector128<uint> Clamp(Vector128<int> sum) =>
            Vector128.Min(Vector128.Max(sum >> AxisWeights.FractionBits, default), Vector128.Create(255)).AsUInt32();
    }
}
