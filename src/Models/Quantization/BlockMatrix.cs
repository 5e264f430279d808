namespace VisionCluster.Models.Quantization;

/// <summary>
/// A matrix <c>[rows, columns]</c> in blocks: w = scale · (q − zero point) + offset, in the layout of ONNX Runtime's <c>MatMulNBits</c>.
/// </summary>
/// <param name="Rows">Outputs of the linear layer.</param>
/// <param name="Columns">Its inputs, along which blocks lie.</param>
/// <param name="Format">Bits and block size.</param>
/// <param name="Packed"><c>[rows, blocks, block bytes]</c>; of two 4-bit integers in a byte the earlier one is the lower nibble.</param>
/// <param name="Scales"><c>[rows, blocks]</c></param>
/// <param name="Offsets"><c>[rows, blocks]</c>; empty where the format has none.</param>
public sealed record BlockMatrix(int Rows, int Columns, BlockFormat Format, byte[] Packed, float[] Scales, float[] Offsets)
{
    private int Blocks => Format.BlocksOf(Columns);

    /// <summary>Another choice of rows: <paramref name="source"/> says which row stands at a place, −1 a row of zeros.</summary>
    internal BlockMatrix SelectRows(int rows, Func<int, int> source) => this with
    {
        Rows = rows,
        Packed = Select(Packed, Blocks * Format.BlockBytes, rows, source),
        Scales = Select(Scales, Blocks, rows, source),
        Offsets = Format.HasOffsets ? Select(Offsets, Blocks, rows, source) : [],
    };

    /// <summary>Matrices of one format and width, one below the other.</summary>
    internal static BlockMatrix Stack(IReadOnlyList<BlockMatrix> parts) => parts[0] with
    {
        Rows = parts.Sum(part => part.Rows),
        Packed = [.. parts.SelectMany(part => part.Packed)],
        Scales = [.. parts.SelectMany(part => part.Scales)],
        Offsets = [.. parts.SelectMany(part => part.Offsets)],
    };

    // A zero scale (and offset) makes a zero weight whatever the integers are.
    private static T[] Select<T>(T[] values, int width, int rows, Func<int, int> source)
    {
        var result = new T[rows * width];
        for (var row = 0; row < rows; row++)
        {
            if (source(row) is >= 0 and var from)
            {
                values.AsSpan(from * width, width).CopyTo(result.AsSpan(row * width));
            }
        }

        return result;
    }
}
