using Microsoft.ML.OnnxRuntime;
using VisionCluster.Models.Onnx;
using VisionCluster.Models.Quantization;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Inference.Tests.Kernels;

/// <summary>The operator against the same arithmetic in double precision, from the matrix's blocks.</summary>
public sealed class BlockMatMulTests
{
    private const float Epsilon = 1e-5f;
    private const int Block = 32;

    private readonly Random _random = new(7);

    public static TheoryData<int, bool, bool, int, int> Forms => new(
        from bits in new[] { 4, 8 }
        from offsets in new[] { false, true }
        from half in new[] { false, true }
        from size in new[] { (48, 96), (40, 64), (7, 32), (160, 576) } // also widths that fill no strip
        select (bits, offsets, half, size.Item1, size.Item2));

    [Theory]
    [MemberData(nameof(Forms))]
    public void Multiply_EveryForm_IsWhatTheBlocksMean(int bits, bool offsets, bool half, int outputs, int inputs)
    {
        var matrix = Matrix(new BlockFormat(bits, Block, offsets), outputs, inputs, half);
        Assert.Equal(half, StripMatrix.Pack(matrix).HalfScales);
        using var graph = new KernelGraph(g => Build(g, matrix));

        for (var rows = 1; rows <= 21; rows += rows < 9 ? 1 : 4)
        {
            var x = Floats(rows * inputs, 3);

            var actual = graph.Run(("x", x, [rows, inputs]));

            AssertClose(Reference(matrix, Rounded(x), rows), actual);
        }
    }

    [Fact]
    public void Multiply_AnyCompany_SameBits()
    {
        const int Rows = 37;
        const int Inputs = 96;
        using var graph = new KernelGraph(g => Build(g, Matrix(new BlockFormat(4, Block, true), 80, Inputs, true)));
        var x = Floats(Rows * Inputs, 5);
        var all = graph.Run(("x", x, [Rows, Inputs]));

        for (var row = 0; row < Rows; row++)
        {
            var alone = graph.Run(("x", x[(row * Inputs)..((row + 1) * Inputs)], [1, Inputs]));
            Assert.Equal(all[(row * 80)..((row + 1) * 80)], alone);
        }
    }

    [Fact]
    public void Multiply_WithNormAndResidual_FusesBoth()
    {
        var matrix = Matrix(new BlockFormat(8, Block, false), 64, 64, true);
        var (norm, x, residual) = (Floats(64, 1), Floats(3 * 64, 4), Floats(3 * 64, 10));
        using var graph = new KernelGraph(g => Build(g, matrix, norm: norm, hasResidual: true));

        var actual = graph.Run(("x", x, [3, 64]), ("residual", residual, [3, 64]));

        var expected = Reference(matrix, Rounded(Normed(x, norm)), 3).Select((value, i) => value + residual[i]).ToArray();
        AssertClose(expected, actual);
    }

    [Theory]
    [InlineData(GateActivation.Silu)]
    [InlineData(GateActivation.GeluTanh)]
    public void Multiply_Gated_ActivatesAndMultiplies(GateActivation gate)
    {
        var matrix = Matrix(new BlockFormat(4, Block, false), 64, 96, true); // strips of gate, up, gate, up
        var x = Floats(5 * 96, 3);
        using var graph = new KernelGraph(g => Build(g, matrix, gate: gate));

        var actual = graph.Run(("x", x, [5, 96]));

        var both = Reference(matrix, Rounded(x), 5);
        var expected = new double[5 * 32];
        for (var i = 0; i < expected.Length; i++)
        {
            var (row, column) = Math.DivRem(i, 32);
            var at = (row * 64) + (column / 16 * 32) + (column % 16);
            expected[i] = Activate(both[at], gate) * both[at + 16];
        }

        AssertClose(expected, actual);
    }

    [Fact]
    public void Multiply_Zeros_IsZero()
    {
        using var graph = new KernelGraph(g => Build(g, Matrix(new BlockFormat(4, Block, true), 32, 64, true)));

        Assert.All(graph.Run(("x", new float[2 * 64], [2, 64])), value => Assert.Equal(0, value));
        Assert.All(graph.Run(("x", [.. Enumerable.Repeat(1e-39f, 64)], [1, 64])), value => Assert.Equal(0, value));
        Assert.Empty(graph.Run(("x", [], [0, 64])));
    }

    [Fact]
    public void Multiply_WrongWidth_SaysSo()
    {
        using var graph = new KernelGraph(g => Build(g, Matrix(new BlockFormat(4, Block, true), 32, 64, true)));

        var failure = Assert.Throws<OnnxRuntimeException>(() => graph.Run(("x", new float[32], [1, 32])));

        Assert.Contains("x has 32 columns; the matrix has 64.", failure.Message, StringComparison.Ordinal);
    }

    private static void Build(GraphBuilder graph, BlockMatrix matrix, float[]? norm = null, bool hasResidual = false, GateActivation gate = GateActivation.None)
    {
        var strips = StripMatrix.Pack(matrix);
        var y = graph.Node(
            KernelOps.BlockMatMul,
            [
                graph.Input("x", DataType.Float, "rows", "columns"),
                graph.RawWeight("w", DataType.Uint8, [strips.Bytes.Length], () => strips.Bytes),
                norm is null ? Value.None : graph.Weight("norm", [norm.Length], () => norm),
                hasResidual ? graph.Input("residual", DataType.Float, "rows", "outputs") : Value.None,
            ],
            [
                Attr.Int(KernelOps.Outputs, matrix.Rows),
                Attr.Int(KernelOps.Inputs, matrix.Columns),
                Attr.Int(KernelOps.Bits, matrix.Format.Bits),
                Attr.Int(KernelOps.HasOffsets, matrix.Format.HasOffsets ? 1 : 0),
                Attr.Int(KernelOps.HalfScales, strips.HalfScales ? 1 : 0),
                Attr.Float(KernelOps.Epsilon, Epsilon),
                Attr.Int(KernelOps.Gate, (int)gate),
            ],
            KernelOps.Domain);
        graph.Output("y", y, DataType.Float, "rows", "outputs");
    }

    private BlockMatrix Matrix(BlockFormat format, int rows, int columns, bool half)
    {
        var blocks = rows * (columns / Block);
        var packed = new byte[blocks * format.BlockBytes];
        _random.NextBytes(packed);
        var scales = Enumerable.Range(0, blocks).Select(_ => Scale(0.01f + (_random.NextSingle() / 50))).ToArray();

        // What a GGUF file's minimum becomes.
        var offsets = !format.HasOffsets ? [] : scales.Select(s => Scale(_random.NextSingle() - 0.5f) + (format.Bits == 4 ? 8 * s : 0)).ToArray();
        return new BlockMatrix(rows, columns, format, packed, scales, offsets);

        float Scale(float value) => half ? (float)(Half)value : value + 1e-6f;
    }

    private float[] Floats(int count, float size) => [.. Enumerable.Range(0, count).Select(_ => (_random.NextSingle() - 0.5f) * size)];

    /// <summary>Activations as 8-bit blocks mean them.</summary>
    private static double[] Rounded(float[] x)
    {
        var result = new double[x.Length];
        for (var at = 0; at < x.Length; at += Block)
        {
            var largest = x.AsSpan(at, Block).ToArray().Max(MathF.Abs);
            for (var i = at; i < at + Block; i++)
            {
                result[i] = largest == 0 ? 0 : MathF.Round(x[i] * (127 / largest)) * ((double)largest / 127);
            }
        }

        return result;
    }

    private static float[] Normed(float[] x, float[] norm)
    {
        var result = new float[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            var row = x.AsSpan(i / norm.Length * norm.Length, norm.Length).ToArray();
            result[i] = (float)(x[i] / Math.Sqrt(row.Average(value => (double)value * value) + Epsilon) * norm[i % norm.Length]);
        }

        return result;
    }

    private static double[] Reference(BlockMatrix matrix, double[] x, int rows)
    {
        var (format, blocks) = (matrix.Format, matrix.Columns / Block);
        var result = new double[rows * matrix.Rows];
        for (var i = 0; i < result.Length; i++)
        {
            var (row, output) = Math.DivRem(i, matrix.Rows);
            for (var column = 0; column < matrix.Columns; column++)
            {
                var block = (output * blocks) + (column / Block);
                var packed = matrix.Packed.AsSpan(block * format.BlockBytes, format.BlockBytes);
                var inBlock = column % Block;
                var q = format.Bits == 8 ? packed[inBlock] : (packed[inBlock / 2] >> (inBlock % 2 * 4)) & 0xF;
                var weight = (matrix.Scales[block] * (double)(q - format.ZeroPoint)) + (format.HasOffsets ? matrix.Offsets[block] : 0);
                result[i] += weight * x[(row * matrix.Columns) + column];
            }
        }

        return result;
    }

    private static double Activate(double x, GateActivation gate) => gate == GateActivation.Silu ? x / (1 + Math.Exp(-x))
        : 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    private static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var size = expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 3e-5 * size, $"{i}: {actual[i]} instead of {expected[i]}, of up to {size}.");
        }
    }
}
