using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>A decoder's matrices, before they have a form, and the small tensors beside them.</summary>
internal sealed class LlamaMatrices(LlamaConfig config, WeightScope model, WeightScope root)
{
    /// <summary>The head's matrix is the embedding table itself when the two are tied.</summary>
    public string HeadName => config.TieWordEmbeddings ? $"{model.Prefix}embed_tokens.weight" : $"{root.Prefix}lm_head.weight";

    public MatrixSource Head() => MatrixSource.Of(model.Weights, HeadName, config.VocabularySize, config.HiddenSize);

    /// <summary>Query, key and value projections.</summary>
    public MatrixSource[] Qkv(int layer, int head) =>
    [
        QkvPart(layer, "q_proj", config.Heads, head, halves: true),
        QkvPart(layer, "k_proj", config.KvHeads, head, halves: true),
        QkvPart(layer, "v_proj", config.KvHeads, head, halves: false),
    ];

    /// <summary>What the three are called as one matrix.</summary>
    public string QkvName(int layer, int head) => $"{Prefix(layer)}self_attn.qkv.{head}";

    /// <summary>Their biases, side by side.</summary>
    public Value QkvBias(GraphBuilder graph, int layer, int head) => graph.Weight(
        $"{QkvName(layer, head)}.bias",
        [(config.Heads + (2 * config.KvHeads)) * head],
        () => Layout.Stack(
        [
            QkvBiasPart(layer, "q_proj", config.Heads, head, halves: true),
            QkvBiasPart(layer, "k_proj", config.KvHeads, head, halves: true),
            QkvBiasPart(layer, "v_proj", config.KvHeads, head, halves: false),
        ]));

    /// <summary>The attention block's output projection; rows for a head's widening are zero.</summary>
    public MatrixSource Output(int layer, int head)
    {
        var name = $"{Prefix(layer)}self_attn.o_proj.weight";
        var matrix = MatrixSource.Of(model.Weights, name, config.HiddenSize, config.Heads * config.HeadDim);
        return head == config.HeadDim ? matrix : matrix.PadColumns($"{name}.{head}", config.Heads, config.HeadDim, head);
    }

    /// <param name="layer">The layer.</param>
    /// <param name="name"><c>gate_proj</c> or <c>up_proj</c>.</param>
    public MatrixSource MlpReader(int layer, string name) =>
        MatrixSource.Of(model.Weights, $"{Prefix(layer)}mlp.{name}.weight", config.IntermediateSize, config.HiddenSize);

    public MatrixSource Down(int layer) =>
        MatrixSource.Of(model.Weights, $"{Prefix(layer)}mlp.down_proj.weight", config.HiddenSize, config.IntermediateSize);

    /// <summary>The bias of a layer's projection that writes the stream.</summary>
    public Value WriterBias(GraphBuilder graph, int layer, string name)
    {
        var full = $"{Prefix(layer)}{name}.bias";
        return graph.Weight(full, [config.HiddenSize], () => model.Weights.ReadFloats(full, config.HiddenSize));
    }

    /// <summary>A norm's weights as the norm multiplies by them.</summary>
    public Value NormWeight(GraphBuilder graph, string name) =>
        graph.Weight(config.NormPlusOne ? $"{model.Prefix}{name}.plus1" : model.Prefix + name, [config.HiddenSize], () => Norm(name));

    public static string NormName(int layer, string name) => $"layers.{layer}.{name}.weight";

    private float[] Norm(string name)
    {
        var values = model.Weights.ReadFloats(model.Prefix + name, config.HiddenSize);
        return config.NormPlusOne ? Layout.PlusOne(values) : values;
    }

    private string Prefix(int layer) => $"{model.Prefix}layers.{layer}.";

    private MatrixSource QkvPart(int layer, string name, int heads, int head, bool halves) =>
        MatrixSource.Of(model.Weights, $"{Prefix(layer)}self_attn.{name}.weight", heads * config.HeadDim, config.HiddenSize)
            .PadHeads(heads, config.HeadDim, head, halves);

    private float[] QkvBiasPart(int layer, string name, int heads, int head, bool halves) => Layout.PadHeads(
        model.Weights.ReadFloats($"{Prefix(layer)}self_attn.{name}.bias", heads * config.HeadDim), heads, config.HeadDim, head, 1, halves);
}
