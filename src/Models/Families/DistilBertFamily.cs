using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>
/// DistilBERT (Sanh et al., 2019; transformers <c>modeling_distilbert.py</c>): BERT's layers without text types and pooler.
/// </summary>
internal sealed class DistilBertFamily : ModelFamily
{
    private readonly TextTowerConfig _config;

    public DistilBertFamily(ConfigSection config)
    {
        var hidden = config.Size("dim", config.IntOrNull("hidden_size") ?? 768);
        var layers = new TransformerOptions
        {
            HiddenSize = hidden,
            IntermediateSize = config.Size("hidden_dim", 3072),
            Layers = config.Size("n_layers", config.IntOrNull("num_hidden_layers") ?? 6),
            Heads = config.Size("n_heads", config.IntOrNull("num_attention_heads") ?? 12),
            Activation = config.String("activation", "gelu"),
            LayerNormEpsilon = 1e-12f,
        };
        _config = new TextTowerConfig(
            layers.Checked("activation"), config.Size("vocab_size", 30_522), config.Size("max_position_embeddings", 512));

        // Sinusoidal positions are stored like learned ones; the rest is training's.
        config.RefuseUnknown(
            "output_past", "qa_dropout", "seq_classif_dropout", "sinusoidal_pos_embds", "tie_weights_", "tie_word_embeddings");
    }

    public override string ModelType => "distilbert";

    public override bool HasDecoder => false;

    public override ModelParts Compile(CompilationTarget target)
    {
        IReadOnlyList<FeatureSpan> features = [];
        target.Write(GraphKind.TextEncoder, (graph, root) => features = Build(graph, root, inspect: false));
        target.Write(GraphKind.TextEncoderInspection, (graph, root) => Build(graph, root, inspect: true));
        return new ModelParts { Text = _config.Manifest(features, mask: true, types: false, pad: false) };
    }

    private IReadOnlyList<FeatureSpan> Build(GraphBuilder graph, WeightScope root, bool inspect)
    {
        var model = root.Find("embeddings.word_embeddings.weight", "distilbert", "");
        var embedding = new TokenEmbedding(_config, graph);
        var (ids, mask) = (embedding.Ids(), embedding.Mask());
        var sum = embedding.Build(model.Sub("embeddings"), "word_embeddings", "position_embeddings", ids);
        var last = BertLayers.Build(_config, LayerNames.DistilBert, graph, model, sum, mask, inspect);
        var features = new FeatureOutputs(graph, inspect);
        features.Add(FeatureNames.Cls, features.Row(last, 0), _config.HiddenSize);
        features.Add(FeatureNames.Mean, features.Mean(last, mask), _config.HiddenSize);
        return features.Write();
    }
}
