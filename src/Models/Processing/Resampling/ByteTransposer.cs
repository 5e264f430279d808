using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace VisionCluster.Models.Processing.Resampling;

/// <summary>Transposes a matrix of bytes in blocks of 16 x 16, so that a horizontal pass can run as a vertical one.</summary>
internal static unsafe class ByteTransposer
{
    private const int Block = 16;

    // 4 blocks side by side fill a cache line of every row.
    private const int Group = 4 * Block;

    /// <summary><c>target[column, row] = source[row, column]</c>.</summary>
    /// <param name="source">First byte; rows lie <paramref name="sourceStride"/> apart.</param>
    /// <param name="sourceStride">Bytes between source rows.</param>
    /// <param name="rows">Source rows.</param>
    /// <param name="columns">Source columns.</param>
    /// <param name="target">First byte; rows lie <paramref name="targetStride"/> apart.</param>
    /// <param name="targetStride">Bytes between target rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(byte* source, nint sourceStride, int rows, int columns, byte* target, nint targetStride)
    {
        var (blockRows, blockColumns) = CanZip ? (rows & ~(Block - 1), columns & ~(Block - 1)) : (0, 0);
        for (var group = 0; group < blockColumns; group += Group)
        {
            for (var row = 0; row < blockRows; row += Block)
            {
                for (var column = group; column < Math.Min(group + Group, blockColumns); column += Block)
                    TransposeBlock(source + row * sourceStride + column, sourceStride, target + column * targetStride + row, targetStride);
            }
        }

        TransposeBytes(source, sourceStride, 0, blockRows, blockColumns, columns, target, targetStride);
        TransposeBytes(source, sourceStride, blockRows, rows, 0, columns, target, targetStride);
    }

    private static bool CanZip => Sse2.IsSupported || AdvSimd.Arm64.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeBytes(
        byte* source, nint sourceStride, int row, int endRow, int column, int endColumn, byte* target, nint targetStride)
    {
        for (; row < endRow; row++)
        {
            for (var x = column; x < endColumn; x++)
                target[x * targetStride + row] = source[row * sourceStride + x];
        }
    }

    // Four rounds of interleaving, first of rows i and i + 8, turn row-major order into column-major order.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeBlock(byte* source, nint sourceStride, byte* target, nint targetStride)
    {
        var (a0, a8) = Zip(Load(source, sourceStride, 0), Load(source, sourceStride, 8));
        var (a1, a9) = Zip(Load(source, sourceStride, 1), Load(source, sourceStride, 9));
        var (a2, a10) = Zip(Load(source, sourceStride, 2), Load(source, sourceStride, 10));
        var (a3, a11) = Zip(Load(source, sourceStride, 3), Load(source, sourceStride, 11));
        var (a4, a12) = Zip(Load(source, sourceStride, 4), Load(source, sourceStride, 12));
        var (a5, a13) = Zip(Load(source, sourceStride, 5), Load(source, sourceStride, 13));
        var (a6, a14) = Zip(Load(source, sourceStride, 6), Load(source, sourceStride, 14));
        var (a7, a15) = Zip(Load(source, sourceStride, 7), Load(source, sourceStride, 15));

        var (b0, b8) = Zip(a0, a4);
        var (b1, b9) = Zip(a1, a5);
        var (b2, b10) = Zip(a2, a6);
        var (b3, b11) = Zip(a3, a7);
        var (b4, b12) = Zip(a8, a12);
        var (b5, b13) = Zip(a9, a13);
        var (b6, b14) = Zip(a10, a14);
        var (b7, b15) = Zip(a11, a15);

        Finish(b0, b1, b2, b3, target, targetStride, 0);
        Finish(b8, b9, b10, b11, target, targetStride, 4);
        Finish(b4, b5, b6, b7, target, targetStride, 8);
        Finish(b12, b13, b14, b15, target, targetStride, 12);
    }

    // Four columns: r0 to r3 hold their rows 0, 4, 8, 12; 1, 5, 9, 13; and so on. Two more rounds complete them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        Vector128<byte> r0, Vector128<byte> r1, Vector128<byte> r2, Vector128<byte> r3, byte* target, nint stride, int column)
    {
        var (even0, even1) = Zip(r0, r2);
        var (odd0, odd1) = Zip(r1, r3);
        var (c0, c1) = Zip(even0, odd0);
        var (c2, c3) = Zip(even1, odd1);
        c0.Store(target + column * stride);
        c1.Store(target + (column + 1) * stride);
        c2.Store(target + (column + 2) * stride);
        c3.Store(target + (column + 3) * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Load(byte* source, nint stride, int row) => Vector128.Load(source + row * stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<byte> Low, Vector128<byte> High) Zip(Vector128<byte> left, Vector128<byte> right) => Sse2.IsSupported
        ? (Sse2.UnpackLow(left, right), Sse2.UnpackHigh(left, right))
        : (AdvSimd.Arm64.ZipLow(left, right), AdvSimd.Arm64.ZipHigh(left, right));
}
