using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Models.Families;

/// <summary>
/// LLaVA (Liu et al., 2023; transformers <c>modeling_llava.py</c>): hidden states of a CLIP or SigLIP tower, chosen by the configuration,
/// through a two-layer MLP into a Llama or Mistral decoder.
/// </summary>
internal sealed class LlavaFamily : ModelFamily
{
    private readonly LlavaVision _vision;
    private readonly LlamaConfig _text;
    private readonly string _projectorActivation;
    private readonly bool _projectorBias;
    private readonly int _imageTokenId;

    public LlavaFamily(ConfigSection config)
    {
        var text = config.Section("text_config") ?? throw new ModelException("config.json lacks text_config.");
        _text = LlamaConfig.Read(text, text.String("model_type", "llama"));
        if (config.Bool("tie_word_embeddings", false))
        {
            _text = _text with { TieWordEmbeddings = true };
        }

        _vision = LlavaVision.Read(config);
        _projectorActivation = config.String("projector_hidden_act", "gelu");
        _projectorBias = config.Bool("multimodal_projector_bias", true);
        _imageTokenId = ImageTokenId(config, "image_token_index", "image_token_id", 32_000, _text);
        Activations.Require(_projectorActivation, "projector_hidden_act");

        // The tower and the strategy decide how many tokens an image is; image_seq_length is the processor's copy of it.
        config.RefuseUnknown("image_seq_length", "vocab_size");
    }

    public override string ModelType => "llava";

    public override ModelParts Compile(CompilationTarget target)
    {
        target.Write(GraphKind.Encoder, (graph, root) => Encoder(graph, root).Build(inspect: false));
        target.Write(GraphKind.EncoderInspection, (graph, root) => Encoder(graph, root).Build(inspect: true));
        var encoder = new EncoderManifest
        {
            EmbeddingSize = _text.HiddenSize,
            PatchSize = _vision.Config.PatchHeight,
            Side = _vision.Config.Rows,
            TokensPerTile = _vision.Tokens,
            FixedSize = true,
            ImageTokenId = _imageTokenId,
            Layers = _vision.Config.Layers.Layers,
            Heads = _vision.Config.Layers.Heads,
            HiddenSize = _vision.Config.HiddenSize,
            ClassToken = _vision.IsClip,
        };
        var decoder = CompileDecoder(
            target,
            _text,
            ("language_model.model", "language_model"),
            ("model.language_model", ""),
            ("model.language_model.model", "model.language_model"));
        return new ModelParts { Decoder = decoder, Encoder = encoder };
    }

    private LlavaEncoder Encoder(Onnx.GraphBuilder graph, WeightScope root) =>
        new(_vision, new LlavaProjector(_projectorActivation, _projectorBias, _text.HiddenSize), graph, root);
}
