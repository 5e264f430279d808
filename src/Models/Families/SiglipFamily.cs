using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Exports;
using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// SigLIP (Zhai et al., 2023; transformers <c>modeling_siglip.py</c>): images pooled by attention, texts by their last position, each pair
/// judged by itself with a sigmoid.
/// </summary>
internal sealed class SiglipFamily : ModelFamily
{
    private readonly VisionConfig _vision;
    private readonly TextTowerConfig _text;
    private readonly int _projection;

    public SiglipFamily(ConfigSection config)
    {
        var vision = config.Section("vision_config") ?? throw new ModelException("config.json lacks vision_config.");
        var text = config.Section("text_config") ?? throw new ModelException("config.json lacks text_config.");
        vision.RequireOnly("vision_use_head", "true");
        _vision = VisionConfig.ReadSiglip(vision);
        _text = TextTowerConfig.Read(text, TextDefaults, 32_000, 64);
        _projection = text.Size("projection_size", _text.HiddenSize);
        text.RefuseUnknown("projection_dim", "tie_word_embeddings");
        config.RefuseUnknown("logit_scale_init_value", "logit_bias_init_value", "projection_dim", "tie_word_embeddings");
        if (_projection != _vision.HiddenSize)
        {
            throw new ModelException(
                $"config.json: texts are projected to {_projection} values and images to {_vision.HiddenSize}; they must be equal.");
        }
    }

    public override string ModelType => "siglip";

    public override bool HasDecoder => false;

    private static TransformerOptions TextDefaults => new()
    {
        HiddenSize = 768,
        IntermediateSize = 3072,
        Layers = 12,
        Heads = 12,
        Activation = "gelu_pytorch_tanh",
        LayerNormEpsilon = 1e-6f,
    };

    public override ModelParts Compile(CompilationTarget target)
    {
        IReadOnlyList<FeatureSpan> image = [], text = [];
        target.Write(GraphKind.VisionEncoder, (graph, root) => image = BuildVision(graph, root, inspect: false));
        target.Write(GraphKind.VisionEncoderInspection, (graph, root) => BuildVision(graph, root, inspect: true));
        target.Write(GraphKind.TextEncoder, (graph, root) => text = BuildText(graph, root, inspect: false));
        target.Write(GraphKind.TextEncoderInspection, (graph, root) => BuildText(graph, root, inspect: true));
        var (scale, bias) = (target.Weights.ReadScalar("logit_scale"), target.Weights.ReadScalar("logit_bias"));
        return new ModelParts
        {
            Vision = VisionEncoderManifest.Of(_vision, classToken: false, image),
            Text = _text.Manifest(text, mask: false, types: false, pad: true),
            Similarity = new SimilarityManifest(MathF.Exp(scale), bias, Sigmoid: true),
        };
    }

    /// <summary>The image side alone, which is what transformers.js calls SiglipVisionModel.</summary>
    public override void Export(ExportTarget target) => target.WriteEncoder(ExportTarget.VisionModel, (graph, root) =>
    {
        var (patches, pooled) = VisionTower(graph, root, inspect: false);
        graph.Output(ExportTensors.LastHidden, patches, DataType.Float, "batch", _vision.Patches, _vision.HiddenSize);
        graph.Output(ExportTensors.Pooled, pooled, DataType.Float, "batch", _vision.HiddenSize);
    });

    private (Value Patches, Value Pooled) VisionTower(GraphBuilder graph, WeightScope root, bool inspect)
    {
        var scope = root.Sub("vision_model");
        var pixels = new PatchEmbedding(_vision, graph).FixedPixels();
        var patches = new SiglipTower(_vision, graph, scope, inspect).Build(pixels, null, AttentionMask.None).Patches;
        return (patches, new SiglipHead(_vision.Layers, graph, scope.Sub("head")).Build(patches, inspect));
    }

    private IReadOnlyList<FeatureSpan> BuildVision(GraphBuilder graph, WeightScope root, bool inspect)
    {
        var (features, size) = (new FeatureOutputs(graph, inspect), _vision.HiddenSize);
        var (patches, pooled) = VisionTower(graph, root, inspect);
        features.Add(FeatureNames.Mean, features.Mean(patches), size);
        features.Add(FeatureNames.Pooled, pooled, size);
        features.Add(FeatureNames.Embeds, features.Normalised(pooled), size);
        return features.Write();
    }

    private IReadOnlyList<FeatureSpan> BuildText(GraphBuilder graph, WeightScope root, bool inspect)
    {
        var (scope, features) = (root.Sub("text_model"), new FeatureOutputs(graph, inspect));
        var ids = new TokenEmbedding(_text, graph).Ids();
        var last = new ClipTextTower(_text, graph, scope, inspect).Build(ids, AttentionMask.None);
        var pooled = scope.Linear(features.Row(last, -1), "head", _text.HiddenSize, _projection, bias: true);
        features.Add(FeatureNames.Mean, features.Mean(last), _text.HiddenSize);
        features.Add(FeatureNames.Pooled, pooled, _projection);
        features.Add(FeatureNames.Embeds, features.Normalised(pooled), _projection);
        return features.Write();
    }
}
