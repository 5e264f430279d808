using System.Runtime.InteropServices;

namespace VisionCluster.Models.Quantization;

/// <summary>
/// A matrix in blocks of 32, laid out for our own kernels: strips of 16 rows that one vector holds side by side. A strip is block after block,
/// each its integers, its scales and its offsets, so that a product reads one stream of memory from front to back: with scales in a
/// place of their own a lone token's step took half as long again, for what the processor fetches ahead is what follows.
/// <code>
/// integers, 4 bits: [4][16 rows][4 bytes]   columns 4i.. of the block in the low halves of group i, 16 + 4i.. in the high halves
/// integers, 8 bits: [8][16 rows][4 bytes]   columns 4i.. of the block in group i, each plus 128
/// scales, offsets:  [16 rows]               halves where they are exact, else floats
/// </code>
/// 4-bit integers with offsets mean scale · q + offset, without them scale · (q − 8); 8-bit ones scale · (q − 128) [+ offset].
/// </summary>
/// <param name="Rows">Outputs; the last strip is filled up with zeros.</param>
/// <param name="Columns">Inputs, a multiple of 32.</param>
/// <param name="Format">As the matrix had it.</param>
/// <param name="HalfScales">Whether scales and offsets are halves.</param>
/// <param name="Bytes">All strips.</param>
public sealed record StripMatrix(int Rows, int Columns, BlockFormat Format, bool HalfScales, byte[] Bytes)
{
    public const int StripRows = 16;
    public const int Block = 32;

    /// <summary>Whether the kernels can multiply a matrix of this form.</summary>
    public static bool Takes(BlockFormat format, int columns) => format.BlockSize == Block && columns % Block == 0;

    public static int Strips(int rows) => (rows + StripRows - 1) / StripRows;

    public static long StripBytes(BlockFormat format, int columns, bool halfScales) =>
        (long)(columns / Block) * ((StripRows * Block * format.Bits / 8) + (StripRows * (halfScales ? 2 : 4) * (format.HasOffsets ? 2 : 1)));

    internal static StripMatrix Pack(BlockMatrix matrix)
    {
        var (format, blocks) = (matrix.Format, matrix.Columns / Block);
        var offsets = matrix.Offsets;
        if (format is { HasOffsets: true, Bits: 4 })
        {
            // Back to integers from 0: in a GGUF file's blocks those offsets are halves.
            offsets = [.. offsets.Select((offset, i) => offset - (format.ZeroPoint * matrix.Scales[i]))];
        }

        var half = matrix.Scales.All(IsHalf) && offsets.All(IsHalf);
        var size = StripBytes(format, matrix.Columns, half);
        var bytes = new byte[Strips(matrix.Rows) * size];
        var (integers, floats) = (StripRows * format.BlockBytes, StripRows * (half ? 2 : 4));
        for (var row = 0; row < matrix.Rows; row++)
        {
            var strip = bytes.AsSpan((int)(row / StripRows * size), (int)size);
            for (var block = 0; block < blocks; block++)
            {
                var at = (row * blocks) + block;
                var place = strip[(block * (int)(size / blocks))..];
                WriteIntegers(matrix.Packed.AsSpan(at * format.BlockBytes, format.BlockBytes), place, row % StripRows, format.Bits);
                WriteFloat(matrix.Scales[at], place[integers..], row % StripRows, half);
                if (format.HasOffsets)
                {
                    WriteFloat(offsets[at], place[(integers + floats)..], row % StripRows, half);
                }
            }
        }

        return new StripMatrix(matrix.Rows, matrix.Columns, format, half, bytes);
    }

    private static bool IsHalf(float value) => (float)(Half)value == value;

    private static void WriteIntegers(ReadOnlySpan<byte> packed, Span<byte> strip, int row, int bits)
    {
        for (var column = 0; column < Block; column++)
        {
            if (bits == 8)
            {
                strip[(column / 4 * StripRows * 4) + (row * 4) + (column % 4)] = packed[column];
                continue;
            }

            var nibble = (packed[column / 2] >> (column % 2 * 4)) & 0xF;
            strip[(column % 16 / 4 * StripRows * 4) + (row * 4) + (column % 4)] |= (byte)(column < 16 ? nibble : nibble << 4);
        }
    }

    private static void WriteFloat(float value, Span<byte> place, int row, bool half)
    {
        if (half)
        {
            MemoryMarshal.Cast<byte, Half>(place)[row] = (Half)value;
        }
        else
        {
            MemoryMarshal.Cast<byte, float>(place)[row] = value;
        }
    }
}
