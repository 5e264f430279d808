using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// A stack of transformer encoder layers: attention and MLP, each with a residual and a layer norm that comes before it (ViT, CLIP,
/// SigLIP) or after it (BERT). The serving form attends through <c>MultiHeadAttention</c>; the inspection form writes attention out.
/// </summary>
internal sealed class EncoderLayers(TransformerOptions options, LayerNames names, GraphBuilder graph, WeightScope scope, AttentionMask mask)
{
    private Value? _bias;

    /// <summary>Set for inspection graphs: what a layer's attention weights <c>[batch, heads, tokens, tokens]</c> are called.</summary>
    public Func<int, string>? ShowAttention { get; init; }

    /// <param name="input">Input of layer 0.</param>
    /// <param name="count">Layers to run.</param>
    /// <param name="finalNorm">Norm after the last layer; null when there is none.</param>
    /// <returns>The input and every layer's output, and the last of them normed (itself without a norm).</returns>
    public (Value[] Hidden, Value Normed) PreNorm(Value input, int count, string? finalNorm)
    {
        var hidden = new Value[count + 1];
        hidden[0] = input;
        if (count == 0)
        {
            return (hidden, finalNorm is null ? input : Norm(input, scope, finalNorm));
        }

        if (ShowAttention is null && RoundedLayers.Takes(options, scope))
        {
            hidden = new RoundedLayers(options, names, graph, scope, mask).Build(input, count);
            return (hidden, finalNorm is null ? hidden[count] : Norm(hidden[count], scope, finalNorm));
        }

        var normed = Norm(input, Layer(0), names.AttentionNorm);
        for (var layer = 0; layer < count; layer++)
        {
            var block = Layer(layer);
            (normed, var attended) = SkipNorm(Attention(layer, normed), hidden[layer], block, names.MlpNorm);
            var output = Mlp(block, normed);
            var (nextScope, nextNorm) = layer + 1 < count ? (Layer(layer + 1), names.AttentionNorm) : (scope, finalNorm);
            (normed, hidden[layer + 1]) = nextNorm is null ? Sum(output, attended) : SkipNorm(output, attended, nextScope, nextNorm);
        }

        return (hidden, normed);
    }

    /// <returns>The input and every layer's output.</returns>
    public Value[] PostNorm(Value input)
    {
        var hidden = new Value[options.Layers + 1];
        hidden[0] = input;
        for (var layer = 0; layer < options.Layers; layer++)
        {
            var block = Layer(layer);
            var (attended, _) = SkipNorm(Attention(layer, hidden[layer]), hidden[layer], block, names.AttentionNorm);
            (hidden[layer + 1], _) = SkipNorm(Mlp(block, attended), attended, block, names.MlpNorm);
        }

        return hidden;
    }

    private WeightScope Layer(int layer) => scope.Sub($"{names.Layers}.{layer}");

    private Value Attention(int layer, Value x)
    {
        var (block, size) = (Layer(layer), options.HiddenSize);
        var mixed = ShowAttention is null ? Fused(block, x) : Explicit(layer, block, x);
        return block.LayerLinear(mixed, names.Output, size, size, bias: true);
    }

    private Value Fused(WeightScope block, Value x)
    {
        var (weights, prefix, size) = (block.Weights, block.Prefix, options.HiddenSize);
        var bias = !options.QkvBias ? Value.None : graph.Weight($"{prefix}{names.Query}.qkv.bias", [3L * size], () => Layout.Stack(
            weights.ReadFloats($"{prefix}{names.Query}.bias", size),
            weights.ReadFloats($"{prefix}{names.Key}.bias", size),
            weights.ReadFloats($"{prefix}{names.Value}.bias", size)));
        return graph.Node(
            "MultiHeadAttention",
            [Project(names.Query), Project(names.Key), Project(names.Value), bias, mask.Keys ?? Value.None],
            [Attr.Int("num_heads", options.Heads), Attr.Int("unidirectional", mask.Causal ? 1 : 0)],
            GraphBuilder.ContribDomain);

        Value Project(string name) => block.LayerLinear(x, name, size, size, bias: false);
    }

    private Value Explicit(int layer, WeightScope block, Value x)
    {
        var (heads, head) = (options.Heads, options.HeadDim);
        var (mixed, weights) = ScaledDotProduct.Build(
            graph,
            Project(names.Query),
            Project(names.Key),
            Project(names.Value),
            (heads, heads, head),
            1 / MathF.Sqrt(head),
            _bias ??= mask.Bias(graph, graph.ShapeOf(x, 1)));
        graph.Output(ShowAttention!(layer), weights, DataType.Float, "batch", heads, "queries", "keys");
        return mixed;

        Value Project(string name) => ScaledDotProduct.SplitHeads(
            graph, block.LayerLinear(x, name, options.HiddenSize, options.HiddenSize, options.QkvBias), heads, head);
    }

    private Value Mlp(WeightScope block, Value x)
    {
        var inner = block.LayerLinear(x, names.Up, options.HiddenSize, options.IntermediateSize, bias: true);
        inner = Activations.Apply(graph, options.Activation, inner);
        return block.LayerLinear(inner, names.Down, options.IntermediateSize, options.HiddenSize, bias: true);
    }

    private Value Norm(Value x, WeightScope at, string name)
    {
        var (scale, bias) = at.Norm(name, options.HiddenSize);
        return graph.LayerNorm(x, scale, bias, options.LayerNormEpsilon);
    }

    private (Value Normed, Value Sum) SkipNorm(Value x, Value skip, WeightScope at, string name)
    {
        var (scale, bias) = at.Norm(name, options.HiddenSize);
        return graph.SkipLayerNorm(x, skip, scale, bias, options.LayerNormEpsilon);
    }

    private (Value Normed, Value Sum) Sum(Value x, Value skip)
    {
        var sum = graph.Add(x, skip);
        return (sum, sum);
    }
}
