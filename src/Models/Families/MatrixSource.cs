using VisionCluster.Models.Quantization;

namespace VisionCluster.Models.Families;

/// <summary>A linear layer's matrix <c>[rows, columns]</c> before it has a form.</summary>
/// <param name="Name">What it is called in the weight file.</param>
/// <param name="Rows">Outputs.</param>
/// <param name="Columns">Inputs.</param>
/// <param name="Floats">Reads it as float32.</param>
/// <param name="Own">The form in which the checkpoint itself has it in blocks; null for float checkpoints.</param>
/// <param name="Blocks">Reads those blocks.</param>
internal sealed record MatrixSource(
    string Name, int Rows, int Columns, Func<float[]> Floats, BlockFormat? Own = null, Func<BlockMatrix>? Blocks = null)
{
    /// <summary>A checkpoint's tensor as it is.</summary>
    public static MatrixSource Of(Checkpoints.ITensorSource weights, string name, int rows, int columns) => new(
        name, rows, columns, () => weights.ReadFloats(name, rows, columns), weights.BlocksOf(name), () => weights.ReadBlocks(name, rows, columns));

    /// <summary>Matrices of equal width one below the other; null where they are in blocks of different formats.</summary>
    public static MatrixSource? Stack(string name, params IReadOnlyList<MatrixSource> parts) =>
        parts.Any(part => part.Own != parts[0].Own) ? null : new MatrixSource(
            name,
            parts.Sum(part => part.Rows),
            parts[0].Columns,
            () => Layout.Stack([.. parts.Select(part => part.Floats())]),
            parts[0].Own,
            () => BlockMatrix.Stack([.. parts.Select(part => part.Blocks!())]));

    /// <summary>Two matrices of one shape in turn, a strip of each; null where that does not come out even or they are in different blocks.</summary>
    public static MatrixSource? Interleave(MatrixSource first, MatrixSource second)
    {
        if (first.Rows != second.Rows || first.Rows % StripMatrix.StripRows != 0
            || Stack($"{first.Name}+{second.Name}", first, second) is not { } both)
        {
            return null;
        }

        return both with
        {
            Floats = () => Layout.SelectRows(both.Floats(), both.Columns, both.Rows, Source),
            Blocks = () => both.Blocks!().SelectRows(both.Rows, Source),
        };

        int Source(int row)
        {
            var (strip, inStrip) = Math.DivRem(row, StripMatrix.StripRows);
            return (strip % 2 * first.Rows) + (strip / 2 * StripMatrix.StripRows) + inStrip;
        }
    }

    /// <summary>Heads widened by columns of zeros, which cut blocks: there are only floats then, and they stay float where blocks must not be rounded.</summary>
    public MatrixSource PadColumns(string name, int heads, int head, int padded) => this with
    {
        Name = name,
        Columns = heads * padded,
        Floats = () => Layout.Transpose(
            Layout.PadHeads(Layout.Transpose(Floats(), Rows, Columns), heads, head, padded, Rows, halves: false), heads * padded, Rows),
        Blocks = null,
    };

    /// <summary>Heads widened by rows of zeros (<see cref="Layout.PadHeads"/>).</summary>
    public MatrixSource PadHeads(int heads, int head, int padded, bool halves) => head == padded ? this : this with
    {
        Rows = heads * padded,
        Floats = () => Layout.PadHeads(Floats(), heads, head, padded, Columns, halves),
        Blocks = () => Blocks!().SelectRows(heads * padded, row => Layout.PadSource(row, head, padded, halves)),
    };
}
