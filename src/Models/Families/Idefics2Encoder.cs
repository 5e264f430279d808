using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>Idefics2's vision side: tower, gated MLP into the language model's width, perceiver resampler (Alayrac et al., 2022).</summary>
internal sealed class Idefics2Encoder(
    VisionConfig vision, ResamplerConfig resampler, LlamaConfig text, GraphBuilder graph, WeightScope model)
{
    private readonly WeightScope _perceiver = model.Sub("connector.perceiver_resampler");

    public void Build(bool inspect)
    {
        var pixels = new PatchEmbedding(vision, graph).AnyPixels();
        var positions = graph.Input(EncoderTensors.PositionIds, DataType.Int64, "tiles", "patches");
        var mask = graph.Input(EncoderTensors.PatchMask, DataType.Int32, "tiles", "patches");
        var tower = new SiglipTower(vision, graph, model.Sub("vision_model"), inspect);
        var patches = tower.Build(pixels, positions, new AttentionMask(mask)).Patches;
        var sizes = (vision.HiddenSize, text.IntermediateSize, text.HiddenSize);
        var context = GatedMlp.Build(graph, model.Sub("connector.modality_projection"), text.Activation, patches, sizes); // [tiles, patches, text hidden]
        if (inspect)
        {
            VisionOutputs.Show(graph, EncoderTensors.ConnectorProjection, context, text.HiddenSize);
        }

        var features = Resample(context, mask, inspect);
        graph.Output(EncoderTensors.ImageFeatures, features, DataType.Float, "tiles", resampler.Latents, text.HiddenSize);
    }

    private Value Resample(Value context, Value mask, bool inspect)
    {
        var tiles = graph.ShapeOf(context, 0);
        var table = _perceiver.Tensor("latents", resampler.Latents, text.HiddenSize);
        var latents = graph.Node("Expand", [table, graph.Concat(0, tiles, graph.Ints(resampler.Latents, text.HiddenSize))]);

        // Keys are the patches, then the latents themselves.
        var ones = graph.Node("Expand", [graph.Scalar(1), graph.Concat(0, tiles, graph.Ints(resampler.Latents))]);
        var real = graph.Node("Cast", [ones], [Attr.Int("to", (long)DataType.Int32)]);
        var bias = new AttentionMask(graph.Concat(1, mask, real)).Bias(graph, tiles);
        for (var layer = 0; layer < resampler.Depth; layer++)
        {
            latents = Layer(_perceiver.Sub($"layers.{layer}"), latents, context, bias);
            if (inspect)
            {
                graph.Output(EncoderTensors.ResamplerHidden(layer), latents, DataType.Float, "tiles", resampler.Latents, text.HiddenSize);
            }
        }

        return Norm(_perceiver, "norm", latents);
    }

    private Value Layer(WeightScope layer, Value latents, Value context, Value? bias)
    {
        var (heads, kv, head) = (resampler.Heads, resampler.KvHeads, resampler.HeadDim);
        var queries = Norm(layer, "input_latents_norm", latents);
        var keys = graph.Concat(1, Norm(layer, "input_context_norm", context), queries);
        var attention = layer.Sub("self_attn");
        var (mixed, _) = ScaledDotProduct.Build(
            graph,
            Project("q_proj", queries, heads),
            Project("k_proj", keys, kv),
            Project("v_proj", keys, kv),
            (heads, kv, head),
            1 / MathF.Sqrt(head),
            bias);
        var attended = graph.Add(latents, attention.Linear(mixed, "o_proj", heads * head, text.HiddenSize, bias: false));
        var normed = Norm(layer, "post_attention_layernorm", attended);
        var sizes = (text.HiddenSize, 4 * text.HiddenSize, text.HiddenSize);
        return graph.Add(attended, GatedMlp.Build(graph, layer.Sub("mlp"), resampler.Activation, normed, sizes));

        Value Project(string name, Value x, int count) =>
            ScaledDotProduct.SplitHeads(graph, attention.Linear(x, name, text.HiddenSize, count * head, bias: false), count, head);
    }

    private Value Norm(WeightScope scope, string name, Value x) =>
        graph.RmsNorm(x, scope.Tensor($"{name}.weight", text.HiddenSize), resampler.RmsNormEpsilon);
}
