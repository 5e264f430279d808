using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>
/// Idefics2 (Laurençon et al., 2024; transformers <c>modeling_idefics2.py</c>): images of any aspect ratio through a SigLIP-style tower, a
/// perceiver resampler that makes a fixed number of tokens of each, and a Mistral decoder.
/// </summary>
internal sealed class Idefics2Family : ModelFamily
{
    private readonly VisionConfig _vision;
    private readonly LlamaConfig _text;
    private readonly ResamplerConfig _resampler;
    private readonly int _imageTokenId;

    public Idefics2Family(ConfigSection config)
    {
        var vision = config.Section("vision_config") ?? throw new ModelException("config.json lacks vision_config.");
        _vision = VisionConfig.ReadIdefics2(vision);
        var text = config.Section("text_config") ?? throw new ModelException("config.json lacks text_config.");
        _text = LlamaConfig.Read(text, text.String("model_type", "mistral"));
        _resampler = ResamplerConfig.Read(config.Section("perceiver_config"), _text);
        if (config.Bool("tie_word_embeddings", false))
        {
            _text = _text with { TieWordEmbeddings = true };
        }

        _imageTokenId = ImageTokenId(config, "image_token_id", "image_token_index", 32_001, _text);
        config.RefuseUnknown("vocab_size");
    }

    public override string ModelType => "idefics2";

    public override ModelParts Compile(CompilationTarget target)
    {
        target.Write(GraphKind.Encoder, (graph, root) => Encoder(graph, root).Build(inspect: false));
        target.Write(GraphKind.EncoderInspection, (graph, root) => Encoder(graph, root).Build(inspect: true));
        var encoder = new EncoderManifest
        {
            EmbeddingSize = _text.HiddenSize,
            PatchSize = _vision.PatchHeight,
            Side = _vision.Rows,
            TokensPerTile = _resampler.Latents,
            PatchMask = true,
            ImageTokenId = _imageTokenId,
            Layers = _vision.Layers.Layers,
            Heads = _vision.Layers.Heads,
            HiddenSize = _vision.HiddenSize,
        };
        return new ModelParts { Decoder = CompileDecoder(target, _text, ("model.text_model", "")), Encoder = encoder };
    }

    private Idefics2Encoder Encoder(GraphBuilder graph, WeightScope root) => new(_vision, _resampler, _text, graph, root.Sub("model"));
}
