using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Families;

/// <summary>
/// PaliGemma (Beyer et al., 2024; transformers <c>modeling_paligemma.py</c>): a SigLIP tower, one linear projection, and a Gemma decoder
/// whose prompt (image and text) attends to itself in both directions. Positions begin at 1 there, which rotary embedding cannot tell
/// from 0.
/// </summary>
internal sealed class PaliGemmaFamily : ModelFamily
{
    private readonly VisionConfig _vision;
    private readonly LlamaConfig _text;
    private readonly int _imageTokenId;

    public PaliGemmaFamily(ConfigSection config)
    {
        var vision = config.Section("vision_config") ?? throw new ModelException("config.json lacks vision_config.");
        vision.RequireOnly("model_type", "siglip_vision_model");
        _ = vision.Bool("vision_use_head", false);
        _vision = VisionConfig.ReadSiglip(vision);
        var text = config.Section("text_config") ?? throw new ModelException("config.json lacks text_config.");
        text.RequireOnly("model_type", "gemma");
        text.RequireOnly("use_bidirectional_attention", "true");
        _text = LlamaConfig.Read(text, "gemma") with { BidirectionalPrefix = true };
        var projection = config.Size("projection_dim", _text.HiddenSize);
        if (projection != _text.HiddenSize)
        {
            throw new ModelException($"config.json: projection_dim {projection} is not the text model's hidden size {_text.HiddenSize}.");
        }

        _text = _text with { TieWordEmbeddings = config.Bool("tie_word_embeddings", _text.TieWordEmbeddings) };
        _imageTokenId = ImageTokenId(config, "image_token_index", "image_token_id", 256_000, _text);

        // hidden_size and vocab_size are copies of the text model's.
        config.RefuseUnknown("hidden_size", "vocab_size", "projector_hidden_act");
    }

    public override string ModelType => "paligemma";

    public override ModelParts Compile(CompilationTarget target)
    {
        target.Write(GraphKind.Encoder, (graph, root) => BuildEncoder(graph, root, inspect: false));
        target.Write(GraphKind.EncoderInspection, (graph, root) => BuildEncoder(graph, root, inspect: true));
        var encoder = new EncoderManifest
        {
            EmbeddingSize = _text.HiddenSize,
            PatchSize = _vision.PatchHeight,
            Side = _vision.Rows,
            TokensPerTile = _vision.Patches,
            FixedSize = true,
            ImageTokenId = _imageTokenId,
            Layers = _vision.Layers.Layers,
            Heads = _vision.Layers.Heads,
            HiddenSize = _vision.HiddenSize,
        };
        var decoder = CompileDecoder(
            target,
            _text,
            ("language_model.model", "language_model"),
            ("model.language_model", ""),
            ("model.language_model.model", "model.language_model"));
        return new ModelParts { Decoder = decoder, Encoder = encoder };
    }

    private void BuildEncoder(GraphBuilder graph, WeightScope root, bool inspect)
    {
        var scope = root.Find("embeddings.patch_embedding.weight", VisionTowerPlaces.All);
        var pixels = new PatchEmbedding(_vision, graph).FixedPixels();
        var patches = new SiglipTower(_vision, graph, scope, inspect).Build(pixels, null, AttentionMask.None).Patches;
        var features = root.Find("linear.weight", "multi_modal_projector", "model.multi_modal_projector")
            .Linear(patches, "linear", _vision.HiddenSize, _text.HiddenSize, bias: true);
        graph.Output(EncoderTensors.ImageFeatures, features, DataType.Float, "tiles", _vision.Patches, _text.HiddenSize);
    }
}
