using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Exports;
using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// The vision transformer (Dosovitskiy et al., 2020; transformers <c>modeling_vit.py</c>): class token and patches, pre-norm layers, a
/// final norm; then a classifier on the class token, or a tanh pooler, or neither, as the checkpoint has them.
/// </summary>
internal sealed class VitFamily : ModelFamily
{
    private readonly VisionConfig _config;
    private readonly string _poolerActivation;
    private readonly int _poolerSize;
    private readonly IReadOnlyList<string> _labels;

    public VitFamily(ConfigSection config)
    {
        _config = VisionConfig.ReadVit(config);
        _poolerActivation = config.String("pooler_act", "tanh");
        _poolerSize = config.Size("pooler_output_size", _config.HiddenSize);
        _labels = LabelReader.Read(config);
        Activations.Require(_poolerActivation, "pooler_act");

        // The stride belongs to the masked-image head, which is not served.
        config.RefuseUnknown("encoder_stride", "num_labels", "tie_word_embeddings");
    }

    public override string ModelType => "vit";

    public override bool HasDecoder => false;

    public override ModelParts Compile(CompilationTarget target)
    {
        var classifies = target.Weights.Contains("classifier.weight");
        IReadOnlyList<FeatureSpan> features = [];
        target.Write(GraphKind.VisionEncoder, (graph, root) => features = Build(graph, root, inspect: false));
        target.Write(GraphKind.VisionEncoderInspection, (graph, root) => Build(graph, root, inspect: true));
        return new ModelParts
        {
            Vision = VisionEncoderManifest.Of(_config, classToken: true, features),
            Labels = classifies ? _labels : null,
        };
    }

    public override void Export(ExportTarget target) => target.WriteEncoder(ExportTarget.TextModel, (graph, root) =>
    {
        var (_, last) = Tower(graph, root, inspect: false);
        if (root.Has("classifier.weight"))
        {
            var logits = root.Linear(new FeatureOutputs(graph, inspect: false).Row(last, 0), "classifier", _config.HiddenSize, _labels.Count, bias: true);
            graph.Output(ExportTensors.Logits, logits, DataType.Float, "batch", _labels.Count);
            return;
        }

        graph.Output(ExportTensors.LastHidden, last, DataType.Float, "batch", _config.Patches + 1, _config.HiddenSize);
    });

    private IReadOnlyList<FeatureSpan> Build(GraphBuilder graph, WeightScope root, bool inspect)
    {
        var (model, last) = Tower(graph, root, inspect);
        return Heads(new FeatureOutputs(graph, inspect), graph, root, model, last);
    }

    private (WeightScope Model, Value Last) Tower(GraphBuilder graph, WeightScope root, bool inspect)
    {
        var (size, model) = (_config.HiddenSize, root.Find("embeddings.cls_token", "vit", ""));
        var embedding = new PatchEmbedding(_config, graph);
        var scope = model.Sub("embeddings");
        var (patches, _, _) = embedding.Build(embedding.FixedPixels(), scope, "patch_embeddings.projection", bias: true);
        var embeddings = embedding.WithClass(
            patches, scope.Tensor("cls_token", 1, 1, size), scope.Tensor("position_embeddings", 1, _config.Patches + 1, size));
        var layers = new EncoderLayers(_config.Layers, LayerNames.Vit, graph, model, AttentionMask.None)
        {
            ShowAttention = inspect ? EncoderTensors.VisionAttention : null,
        };
        var (hidden, last) = layers.PreNorm(embeddings, _config.Layers.Layers, "layernorm");
        if (inspect)
        {
            VisionOutputs.Show(graph, hidden, size);
            VisionOutputs.Show(graph, EncoderTensors.VisionLast, last, size);
        }

        return (model, last);
    }

    private IReadOnlyList<FeatureSpan> Heads(FeatureOutputs features, GraphBuilder graph, WeightScope root, WeightScope model, Value last)
    {
        var (size, cls) = (_config.HiddenSize, features.Row(last, 0));
        features.Add(FeatureNames.Cls, cls, size);
        features.Add(FeatureNames.Mean, features.Mean(last, first: 1), size);
        if (model.Has("pooler.dense.weight"))
        {
            var pooled = Activations.Apply(graph, _poolerActivation, model.Linear(cls, "pooler.dense", size, _poolerSize, bias: true));
            features.Add(FeatureNames.Pooled, pooled, _poolerSize);
        }

        if (root.Has("classifier.weight"))
        {
            features.Add(FeatureNames.Logits, root.Linear(cls, "classifier", size, _labels.Count, bias: true), _labels.Count);
        }

        return features.Write();
    }
}
