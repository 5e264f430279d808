using VisionCluster.Models.Onnx;
using VisionCluster.Models.Quantization;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// x · Wᵀ in the form that a model's precision asks for: float32, or blocks. Blocks are multiplied by our own operator where a graph may use it,
/// else by ONNX Runtime's <c>MatMulNBits</c> at accuracy level 4; both round each token's activations to 8 bits in blocks of their own, so that
/// no row depends on its neighbours.
/// </summary>
internal sealed class LinearLayer(GraphBuilder graph, LinearForm form, StripWeights? strips = null)
{
    private const int EightBitActivations = 4;

    private readonly Dictionary<(string Input, int BlockSize), Value> _sums = [];
    private readonly Dictionary<(string Input, string Scale), Value> _normed = [];

    public bool IsFloat => form.Rounded is null;

    /// <summary>Whether blocks are multiplied by our own operators.</summary>
    public bool HasKernels => strips is not null && !IsFloat;

    /// <param name="x"><c>[…, columns]</c></param>
    /// <param name="matrix">W.</param>
    /// <returns><c>[…, rows]</c></returns>
    public Value Multiply(Value x, MatrixSource matrix)
    {
        // Blocks that cannot be served as they are stay exact.
        if (form.Rounded is not { } rounded || (form.KeepBlocks && matrix is { Own: not null, Blocks: null }))
        {
            return graph.MatMul(x, graph.Weight(
                $"{matrix.Name}.T", [matrix.Columns, matrix.Rows], () => Layout.Transpose(matrix.Floats(), matrix.Rows, matrix.Columns)));
        }

        return Strips(matrix) is { } product ? product.Multiply(x)
            : form.KeepBlocks && matrix.Own is { } own ? Blocks(x, matrix, own, new Lazy<BlockMatrix>(matrix.Blocks!))
            : Blocks(x, matrix, rounded, new Lazy<BlockMatrix>(() => BlockRounding.Round(matrix.Floats(), matrix.Rows, matrix.Columns, rounded)));
    }

    /// <summary>norm(x) · Wᵀ.</summary>
    public Value MultiplyNormed(Value x, MatrixSource matrix, NormBefore norm)
    {
        if (Strips(matrix) is { } product)
        {
            return product.Multiply(x, norm);
        }

        if (!_normed.TryGetValue((x.Name, norm.Scale.Name), out var normed))
        {
            _normed[(x.Name, norm.Scale.Name)] = normed = graph.RmsNorm(x, norm.Scale, norm.Epsilon);
        }

        return Multiply(normed, matrix);
    }

    /// <summary>residual + x · Wᵀ.</summary>
    public Value MultiplyAdd(Value x, MatrixSource matrix, Value residual) =>
        Strips(matrix) is { } product ? product.Multiply(x, residual: residual) : graph.Add(residual, Multiply(x, matrix));

    /// <summary>act(norm(x) · Gᵀ) · (norm(x) · Uᵀ); null where that is no single operator.</summary>
    public Value? MultiplyGated(Value x, MatrixSource gate, MatrixSource up, NormBefore norm, string activation) =>
        Activations.GateOf(activation) is var function and not GateActivation.None && MatrixSource.Interleave(gate, up) is { } both
            && Strips(both) is { } product ? product.Multiply(x, norm, gate: function) : null;

    private StripProduct? Strips(MatrixSource matrix)
    {
        if (!HasKernels || (form.KeepBlocks && matrix is { Own: not null, Blocks: null }))
        {
            return null;
        }

        var own = form.KeepBlocks ? matrix.Own : null;
        var format = own ?? form.Rounded!;
        return !StripMatrix.Takes(format, matrix.Columns) ? null : new StripProduct(graph, strips!, matrix, format, own is not null ? matrix.Blocks!
            : () => BlockRounding.Round(matrix.Floats(), matrix.Rows, matrix.Columns, format, halfScales: true));
    }

    private Value Blocks(Value x, MatrixSource matrix, BlockFormat format, Lazy<BlockMatrix> values)
    {
        var (name, blocks) = ($"{matrix.Name}.q{format.Bits}", format.BlocksOf(matrix.Columns));
        var packed = graph.RawWeight(name, DataType.Uint8, [matrix.Rows, blocks, format.BlockBytes], () => values.Value.Packed);
        var scales = graph.Weight($"{name}.scales", [matrix.Rows, blocks], () => values.Value.Scales);
        var product = graph.Node(
            "MatMulNBits",
            [x, packed, scales],
            [
                Attr.Int("N", matrix.Rows),
                Attr.Int("K", matrix.Columns),
                Attr.Int("bits", format.Bits),
                Attr.Int("block_size", format.BlockSize),
                Attr.Int("accuracy_level", EightBitActivations),
            ],
            GraphBuilder.ContribDomain);
        if (!format.HasOffsets)
        {
            return product;
        }

        // What offsets add: Σ over blocks of offset · (sum of x in the block). An offset is no multiple of the scale, so it cannot be a zero
        // point; as a product of its own it stays exact.
        var offsets = graph.Weight($"{name}.offsets.T", [blocks, matrix.Rows], () => Layout.Transpose(values.Value.Offsets, matrix.Rows, blocks));
        return graph.Add(product, graph.MatMul(BlockSums(x, matrix.Columns, format.BlockSize), offsets));
    }

    /// <summary>Sums of x over blocks, as a product with ones and zeros: for a single token that is one cheap node, and no reshaping.</summary>
    private Value BlockSums(Value x, int columns, int blockSize)
    {
        if (!_sums.TryGetValue((x.Name, blockSize), out var sums))
        {
            var blocks = columns / blockSize;
            var ones = graph.Weight($"block_sums.{columns}.{blockSize}", [columns, blocks], () => Ones(columns, blockSize));
            _sums[(x.Name, blockSize)] = sums = graph.MatMul(x, ones);
        }

        return sums;
    }

    private static float[] Ones(int columns, int blockSize)
    {
        var (blocks, result) = (columns / blockSize, new float[columns * (columns / blockSize)]);
        for (var column = 0; column < columns; column++)
        {
            result[(column * blocks) + (column / blockSize)] = 1;
        }

        return result;
    }
}
