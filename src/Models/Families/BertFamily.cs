using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>
/// BERT (Devlin et al., 2018; transformers <c>modeling_bert.py</c>): tokens, positions and text types added up and normed, post-norm
/// layers, and a tanh layer on the first token where the checkpoint has one.
/// </summary>
internal sealed class BertFamily : ModelFamily
{
    private readonly TextTowerConfig _config;
    private readonly int _types;

    public BertFamily(ConfigSection config)
    {
        _config = TextTowerConfig.Read(config, Defaults, 30_522, 512);
        _types = config.Size("type_vocab_size", 2);
        config.RequireOnly("position_embedding_type", "absolute");

        // Google's conversion of its first multilingual models wrote pooler settings that nothing reads.
        config.RefuseUnknown(
            "directionality",
            "output_past",
            "pooler_fc_size",
            "pooler_num_attention_heads",
            "pooler_num_fc_layers",
            "pooler_size_per_head",
            "pooler_type",
            "tie_word_embeddings");
    }

    public override string ModelType => "bert";

    public override bool HasDecoder => false;

    private static TransformerOptions Defaults => new()
    {
        HiddenSize = 768,
        IntermediateSize = 3072,
        Layers = 12,
        Heads = 12,
        Activation = "gelu",
        LayerNormEpsilon = 1e-12f,
    };

    public override ModelParts Compile(CompilationTarget target)
    {
        IReadOnlyList<FeatureSpan> features = [];
        target.Write(GraphKind.TextEncoder, (graph, root) => features = Build(graph, root, inspect: false));
        target.Write(GraphKind.TextEncoderInspection, (graph, root) => Build(graph, root, inspect: true));
        return new ModelParts { Text = _config.Manifest(features, mask: true, types: true, pad: false) };
    }

    private IReadOnlyList<FeatureSpan> Build(GraphBuilder graph, WeightScope root, bool inspect)
    {
        var model = root.Find("embeddings.word_embeddings.weight", "bert", "");
        var (embedding, scope, size) = (new TokenEmbedding(_config, graph), model.Sub("embeddings"), _config.HiddenSize);
        var (ids, mask, types) = (embedding.Ids(), embedding.Mask(), embedding.Types());
        var sum = graph.Add(
            embedding.Build(scope, "word_embeddings", "position_embeddings", ids),
            embedding.Rows(scope, "token_type_embeddings", _types, types));
        var last = BertLayers.Build(_config, LayerNames.Bert, graph, model, sum, mask, inspect);
        var features = new FeatureOutputs(graph, inspect);
        var cls = features.Row(last, 0);
        features.Add(FeatureNames.Cls, cls, size);
        features.Add(FeatureNames.Mean, features.Mean(last, mask), size);
        if (model.Has("pooler.dense.weight"))
        {
            features.Add(FeatureNames.Pooled, graph.Node("Tanh", [model.Linear(cls, "pooler.dense", size, size, bias: true)]), size);
        }

        return features.Write();
    }
}
