using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>
/// Pre-norm encoder layers whose products are of integers, and everything between two products is one pass over rows
/// (<see cref="KernelOps.RowPass"/>): factors of the last product, bias, activation, residual, norm, and rounding for the next.
/// </summary>
internal sealed class RoundedLayers(TransformerOptions options, LayerNames names, GraphBuilder graph, WeightScope scope, AttentionMask mask)
{
    /// <summary>Whether layers can be built so.</summary>
    public static bool Takes(TransformerOptions options, WeightScope scope) =>
        scope.Int8 is { HasKernels: true } && Activations.RowOf(options.Activation) is not null
        && options.HiddenSize % StripWidth == 0 && options.IntermediateSize % StripWidth == 0;

    private const int StripWidth = 16;

    private readonly Int8Linear _linear = scope.Int8!;

    /// <param name="input">Input of layer 0.</param>
    /// <param name="count">Layers to run, at least one.</param>
    /// <returns>The input and every layer's output.</returns>
    public Value[] Build(Value input, int count)
    {
        var hidden = new Value[count + 1];
        hidden[0] = input;
        var rows = Round(input, Value.None, Value.None, Value.None, Norm(0, names.AttentionNorm));
        for (var layer = 0; layer < count; layer++)
        {
            var block = Layer(layer);
            var mixed = Round(Attention(block, rows), Value.None, Value.None, Value.None, null);
            (var attended, rows) = Both(mixed, block, names.Output, options.HiddenSize, hidden[layer], Norm(layer, names.MlpNorm));
            var inner = Round(
                Multiply(rows, block, names.Up, options.HiddenSize, options.IntermediateSize),
                rows.Factor,
                block.Tensor($"{names.Up}.bias", options.IntermediateSize),
                Value.None,
                null,
                Activations.RowOf(options.Activation)!.Value);
            if (layer + 1 < count)
            {
                (hidden[layer + 1], rows) = Both(inner, block, names.Down, options.IntermediateSize, attended, Norm(layer + 1, names.AttentionNorm));
            }
            else
            {
                var product = Multiply(inner, block, names.Down, options.IntermediateSize, options.HiddenSize);
                var bias = block.Tensor($"{names.Down}.bias", options.HiddenSize);
                hidden[layer + 1] = graph.Node(
                    KernelOps.RowPass, [product, inner.Factor, bias, attended, Value.None, Value.None], Attributes(RowActivation.None), KernelOps.Domain);
            }
        }

        return hidden;
    }

    private WeightScope Layer(int layer) => scope.Sub($"{names.Layers}.{layer}");

    private (Value Scale, Value Bias) Norm(int layer, string name) => Layer(layer).Norm(name, options.HiddenSize);

    private Value Attention(WeightScope block, Rows rows)
    {
        var (weights, prefix, size) = (block.Weights, block.Prefix, options.HiddenSize);
        return graph.Node(
            "MultiHeadAttention",
            [Project(names.Query), Project(names.Key), Project(names.Value), Value.None, mask.Keys ?? Value.None],
            [Attr.Int("num_heads", options.Heads), Attr.Int("unidirectional", mask.Causal ? 1 : 0)],
            GraphBuilder.ContribDomain);

        Value Project(string name)
        {
            var bias = options.QkvBias ? graph.Weight($"{prefix}{name}.bias", [size], () => weights.ReadFloats($"{prefix}{name}.bias", size)) : Value.None;
            return graph.Node(
                KernelOps.RowPass,
                [Multiply(rows, block, name, size, size), rows.Factor, bias, Value.None, Value.None, Value.None],
                Attributes(RowActivation.None),
                KernelOps.Domain);
        }
    }

    private Value Multiply(Rows x, WeightScope block, string name, int inputs, int outputs) =>
        _linear.MultiplyRounded(x.Integers, MatrixSource.Of(block.Weights, $"{block.Prefix}{name}.weight", outputs, inputs));

    /// <summary>A projection, added to the residual stream, and the stream as the next product wants it.</summary>
    private (Value Sum, Rows Next) Both(Rows x, WeightScope block, string name, int inputs, Value skip, (Value Scale, Value Bias) norm)
    {
        var outputs = graph.Nodes(
            KernelOps.RowPassBoth,
            3,
            [
                Multiply(x, block, name, inputs, options.HiddenSize),
                x.Factor,
                block.Tensor($"{name}.bias", options.HiddenSize),
                skip,
                norm.Scale,
                norm.Bias,
            ],
            Attributes(RowActivation.None),
            KernelOps.Domain);
        return (outputs[0], new Rows(outputs[1], outputs[2]));
    }

    private Rows Round(
        Value x, Value factor, Value bias, Value skip, (Value Scale, Value Bias)? norm, RowActivation activation = RowActivation.None)
    {
        var outputs = graph.Nodes(
            KernelOps.RowPassRounded,
            2,
            [x, factor, bias, skip, norm?.Scale ?? Value.None, norm?.Bias ?? Value.None],
            Attributes(activation),
            KernelOps.Domain);
        return new Rows(outputs[0], outputs[1]);
    }

    private Attr[] Attributes(RowActivation activation) =>
        [Attr.Float(KernelOps.Epsilon, options.LayerNormEpsilon), Attr.Int(KernelOps.Activation, (int)activation)];

    /// <summary>Rows as integers around 128, and what 1 means in each.</summary>
    private readonly record struct Rows(Value Integers, Value Factor);
}
