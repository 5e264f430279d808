using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>
/// Layers of our own operators: norms, additions and the MLP's gate are parts of the products around them, five nodes a layer. Matrices that
/// the operators do not take are products of ONNX Runtime's.
/// </summary>
internal sealed class FusedLayers(LlamaConfig config, GraphBuilder graph, WeightScope model, LlamaMatrices matrices) : IDecoderLayers
{
    public ResidualStream Build(Value hidden, int head, LayerAttention attention, Action<int, Value>? onLayer)
    {
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var attended = attention(layer, Qkv(layer, hidden, head));
            hidden = Write(attended, matrices.Output(layer, head), hidden, config.AttentionBias, layer, "self_attn.o_proj");
            hidden = Write(Mlp(layer, hidden), matrices.Down(layer), hidden, config.MlpBias, layer, "mlp.down_proj");
            if (layer < config.Layers - 1)
            {
                onLayer?.Invoke(layer, hidden);
            }
        }

        return new ResidualStream(hidden, null);
    }

    private Value Qkv(int layer, Value hidden, int head)
    {
        var norm = Norm(layer, "input_layernorm");
        var parts = matrices.Qkv(layer, head);
        var packed = MatrixSource.Stack(matrices.QkvName(layer, head), parts) is { } all
            ? model.Layer.MultiplyNormed(hidden, all, norm)
            : graph.Concat(-1, [.. parts.Select(matrix => model.Layer.MultiplyNormed(hidden, matrix, norm))]);
        return config.AttentionBias ? graph.Add(packed, matrices.QkvBias(graph, layer, head)) : packed;
    }

    private Value Mlp(int layer, Value hidden)
    {
        var norm = Norm(layer, "post_attention_layernorm");
        var (gate, up) = (matrices.MlpReader(layer, "gate_proj"), matrices.MlpReader(layer, "up_proj"));
        if (!config.MlpBias && model.Layer.MultiplyGated(hidden, gate, up, norm, config.Activation) is { } fused)
        {
            return fused;
        }

        return graph.Mul(Activations.Apply(graph, config.Activation, Up(gate, "gate_proj")), Up(up, "up_proj"));

        Value Up(MatrixSource matrix, string name)
        {
            var product = model.Layer.MultiplyNormed(hidden, matrix, norm);
            return config.MlpBias ? graph.Add(product, model.Tensor($"layers.{layer}.mlp.{name}.bias", config.IntermediateSize)) : product;
        }
    }

    private Value Write(Value x, MatrixSource matrix, Value residual, bool bias, int layer, string name)
    {
        var sum = model.Layer.MultiplyAdd(x, matrix, residual);
        return bias ? graph.Add(sum, matrices.WriterBias(graph, layer, name)) : sum;
    }

    private NormBefore Norm(int layer, string name) =>
        new(matrices.NormWeight(graph, LlamaMatrices.NormName(layer, name)), config.RmsNormEpsilon);
}

/// <summary>An RMS norm of what a product reads.</summary>
internal readonly record struct NormBefore(Value Scale, float Epsilon);
