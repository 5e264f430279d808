using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Models.Families;

/// <summary>Idefics3 and SmolVLM: a SigLIP-style tower, pixel shuffle, and a Llama decoder (transformers <c>modeling_idefics3.py</c>).</summary>
internal sealed class Idefics3Family : ModelFamily
{
    private readonly VisionConfig _vision;
    private readonly LlamaConfig _text;
    private readonly int _shuffle;
    private readonly int _imageTokenId;

    public Idefics3Family(string modelType, ConfigSection config)
    {
        ModelType = modelType;
        _vision = VisionConfig.ReadIdefics3(config.Section("vision_config"));
        var text = config.Section("text_config") ?? throw new ModelException("config.json lacks text_config.");
        text.RequireOnly("model_type", "llama");
        _text = LlamaConfig.Read(text);
        if (config.Bool("tie_word_embeddings", false))
        {
            _text = _text with { TieWordEmbeddings = true };
        }

        _shuffle = config.Size("scale_factor", 2);
        _imageTokenId = config.IntOrNull("image_token_id") ?? 128_257;

        // Nested copies of the text model's vocabulary size.
        config.RefuseUnknown("vocab_size");
        if (_imageTokenId < 0 || _imageTokenId >= _text.VocabularySize)
        {
            throw new ModelException($"config.json: image_token_id {_imageTokenId} is outside the vocabulary of {_text.VocabularySize}.");
        }
    }

    public override string ModelType { get; }

    public override (DecoderManifest?, EncoderManifest?) Compile(CompilationTarget target)
    {
        target.Write(GraphKind.Encoder, (graph, root) => Encoder(graph, root).Build(inspect: false));
        target.Write(GraphKind.EncoderInspection, (graph, root) => Encoder(graph, root).Build(inspect: true));
        var encoder = new EncoderManifest
        {
            EmbeddingSize = _text.HiddenSize,
            PatchSize = _vision.PatchSize,
            Side = _vision.Side,
            Shuffle = _shuffle,
            ImageTokenId = _imageTokenId,
        };
        return (CompileLlama(target, _text, "model.text_model"), encoder);
    }

    private Idefics3Encoder Encoder(Onnx.GraphBuilder graph, WeightScope root) => new(_vision, _shuffle, _text.HiddenSize, graph, root.Sub("model"));
}
