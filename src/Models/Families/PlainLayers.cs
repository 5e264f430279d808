using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>Layers of ONNX Runtime's operators: additions are fused with the norms behind them.</summary>
internal sealed class PlainLayers(LlamaConfig config, GraphBuilder graph, WeightScope model, LlamaMatrices matrices) : IDecoderLayers
{
    public ResidualStream Build(Value hidden, int head, LayerAttention attention, Action<int, Value>? onLayer)
    {
        var normed = graph.RmsNorm(hidden, Norm(0, "input_layernorm"), config.RmsNormEpsilon);
        for (var layer = 0; ; layer++)
        {
            var attended = Output(layer, attention(layer, Qkv(layer, normed, head)), head);
            (normed, hidden) = graph.SkipRmsNorm(attended, hidden, Norm(layer, "post_attention_layernorm"), config.RmsNormEpsilon);
            var last = Mlp(layer, normed);
            if (layer == config.Layers - 1)
            {
                return new ResidualStream(hidden, last);
            }

            (normed, hidden) = graph.SkipRmsNorm(last, hidden, Norm(layer + 1, "input_layernorm"), config.RmsNormEpsilon);
            onLayer?.Invoke(layer, hidden);
        }
    }

    /// <summary>Query, key and value side by side from one product, <c>[batch, tokens, (heads + 2·kv) · head]</c>.</summary>
    private Value Qkv(int layer, Value normed, int head)
    {
        var parts = matrices.Qkv(layer, head);

        // A GGUF file may have its value projections in finer blocks than the others: then there are three products.
        var packed = MatrixSource.Stack(matrices.QkvName(layer, head), parts) is { } all
            ? model.Layer.Multiply(normed, all)
            : graph.Concat(-1, [.. parts.Select(matrix => model.Layer.Multiply(normed, matrix))]);
        return config.AttentionBias ? graph.Add(packed, matrices.QkvBias(graph, layer, head)) : packed;
    }

    private Value Output(int layer, Value mixed, int head)
    {
        var product = model.Layer.Multiply(mixed, matrices.Output(layer, head));
        return config.AttentionBias ? graph.Add(product, matrices.WriterBias(graph, layer, "self_attn.o_proj")) : product;
    }

    private Value Mlp(int layer, Value x) =>
        GatedMlp.Build(graph, config.Activation, x, (name, input) => name == "down_proj" ? Down(layer, input) : Up(layer, name, input));

    private Value Up(int layer, string name, Value input)
    {
        var product = model.Layer.Multiply(input, matrices.MlpReader(layer, name));
        return config.MlpBias ? graph.Add(product, model.Tensor($"layers.{layer}.mlp.{name}.bias", config.IntermediateSize)) : product;
    }

    private Value Down(int layer, Value input)
    {
        var product = model.Layer.Multiply(input, matrices.Down(layer));
        return config.MlpBias ? graph.Add(product, matrices.WriterBias(graph, layer, "mlp.down_proj")) : product;
    }

    private Value Norm(int layer, string name) => matrices.NormWeight(graph, LlamaMatrices.NormName(layer, name));
}
