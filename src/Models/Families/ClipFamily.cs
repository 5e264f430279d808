using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// CLIP (Radford et al., 2021; transformers <c>modeling_clip.py</c>): an image's class token and a text's end token, projected into one
/// space.
/// </summary>
internal sealed class ClipFamily : ModelFamily
{
    // Old OpenAI repositories say 2, which is not their end token's id.
    private const int OldEndTokenId = 2;

    private readonly VisionConfig _vision;
    private readonly TextTowerConfig _text;
    private readonly int _projection;
    private readonly int _endTokenId;

    public ClipFamily(ConfigSection config)
    {
        // Where there is a second dictionary (old repositories), it counts, with the class's defaults for what it leaves out.
        var (text, vision) = (config.Section("text_config"), config.Section("vision_config"));
        text = config.Section("text_config_dict") ?? text ?? throw new ModelException("config.json lacks text_config.");
        vision = config.Section("vision_config_dict") ?? vision ?? throw new ModelException("config.json lacks vision_config.");
        _vision = VisionConfig.ReadClip(vision);
        _text = TextTowerConfig.Read(text, TextDefaults, 49_408, 77);
        _endTokenId = text.Int("eos_token_id", 49_407);
        text.RefuseUnknown("projection_dim", "tie_word_embeddings");
        _projection = config.Size("projection_dim", 512);
        config.RefuseUnknown("logit_scale_init_value", "tie_word_embeddings");
    }

    public override string ModelType => "clip";

    public override bool HasDecoder => false;

    private static TransformerOptions TextDefaults => new()
    {
        HiddenSize = 512,
        IntermediateSize = 2048,
        Layers = 12,
        Heads = 8,
        Activation = "quick_gelu",
        LayerNormEpsilon = 1e-5f,
    };

    public override ModelParts Compile(CompilationTarget target)
    {
        IReadOnlyList<FeatureSpan> image = [], text = [];
        target.Write(GraphKind.VisionEncoder, (graph, root) => image = BuildVision(graph, root, inspect: false));
        target.Write(GraphKind.VisionEncoderInspection, (graph, root) => BuildVision(graph, root, inspect: true));
        target.Write(GraphKind.TextEncoder, (graph, root) => text = BuildText(graph, root, inspect: false));
        target.Write(GraphKind.TextEncoderInspection, (graph, root) => BuildText(graph, root, inspect: true));
        return new ModelParts
        {
            Vision = VisionEncoderManifest.Of(_vision, classToken: true, image),
            Text = _text.Manifest(text, mask: true, types: false, pad: false),
            Similarity = new SimilarityManifest(MathF.Exp(target.Weights.ReadScalar("logit_scale")), 0, Sigmoid: false),
        };
    }

    private IReadOnlyList<FeatureSpan> BuildVision(GraphBuilder graph, WeightScope root, bool inspect)
    {
        var (scope, features, size) = (root.Sub("vision_model"), new FeatureOutputs(graph, inspect), _vision.HiddenSize);
        var last = new ClipTower(_vision, graph, scope, inspect).Build(_vision.Layers.Layers)[^1];
        var cls = features.Row(last, 0);
        var (scale, bias) = scope.Norm("post_layernorm", size);
        var pooled = graph.LayerNorm(cls, scale, bias, _vision.Layers.LayerNormEpsilon);
        features.Add(FeatureNames.Cls, cls, size);
        features.Add(FeatureNames.Mean, features.Mean(last, first: 1), size);
        features.Add(FeatureNames.Pooled, pooled, size);
        var projected = root.Linear(pooled, "visual_projection", size, _projection, bias: false);
        features.Add(FeatureNames.Embeds, features.Normalised(projected), _projection);
        return features.Write();
    }

    private IReadOnlyList<FeatureSpan> BuildText(GraphBuilder graph, WeightScope root, bool inspect)
    {
        var (embedding, features, size) = (new TokenEmbedding(_text, graph), new FeatureOutputs(graph, inspect), _text.HiddenSize);
        var (ids, mask) = (embedding.Ids(), embedding.Mask());
        var last = new ClipTextTower(_text, graph, root.Sub("text_model"), inspect).Build(ids, new AttentionMask(mask, Causal: true));
        var pooled = EndToken(graph, last, ids);
        features.Add(FeatureNames.Mean, features.Mean(last, mask), size);
        features.Add(FeatureNames.Pooled, pooled, size);
        var projected = root.Linear(pooled, "text_projection", size, _projection, bias: false);
        features.Add(FeatureNames.Embeds, features.Normalised(projected), _projection);
        return features.Write();
    }

    /// <summary>The first position of the end token; where the configuration does not know it, the position of the highest id.</summary>
    private Value EndToken(GraphBuilder graph, Value sequence, Value ids)
    {
        var marks = _endTokenId == OldEndTokenId ? ids : graph.Node("Equal", [ids, graph.IntScalar(_endTokenId)]);
        var scores = graph.Node("Cast", [marks], [Attr.Int("to", (long)DataType.Float)]);
        var at = graph.Node("ArgMax", [scores], [Attr.Int("axis", 1), Attr.Int("keepdims", 1)]); // [batch, 1], the first of equals
        return graph.Node("GatherND", [sequence, at], [Attr.Int("batch_dims", 1)]);
    }
}
