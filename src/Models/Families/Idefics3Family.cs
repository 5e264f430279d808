using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Exports;

namespace VisionCluster.Models.Families;

/// <summary>
/// Idefics3 and SmolVLM: a SigLIP-style tower, pixel shuffle, and a Llama decoder (transformers <c>modeling_idefics3.py</c>).
/// </summary>
internal sealed class Idefics3Family : ModelFamily
{
    private readonly VisionConfig _vision;
    private readonly LlamaConfig _text;
    private readonly int _shuffle;
    private readonly int _imageTokenId;

    public Idefics3Family(string modelType, ConfigSection config)
    {
        ModelType = modelType;
        var vision = config.Section("vision_config") ?? throw new ModelException("config.json lacks vision_config.");
        _vision = VisionConfig.ReadIdefics3(vision);
        var text = config.Section("text_config") ?? throw new ModelException("config.json lacks text_config.");
        _text = LlamaConfig.Read(text, text.String("model_type", "llama"));
        if (config.Bool("tie_word_embeddings", false))
        {
            _text = _text with { TieWordEmbeddings = true };
        }

        _shuffle = config.Size("scale_factor", 2);
        _imageTokenId = ImageTokenId(config, "image_token_id", "image_token_index", 128_257, _text);

        // Nested copies of the text model's vocabulary size.
        config.RefuseUnknown("vocab_size");
    }

    public override string ModelType { get; }

    public override ModelParts Compile(CompilationTarget target)
    {
        target.Write(GraphKind.Encoder, (graph, root) => Encoder(graph, root).Build(inspect: false));
        target.Write(GraphKind.EncoderInspection, (graph, root) => Encoder(graph, root).Build(inspect: true));
        return new ModelParts { Decoder = CompileDecoder(target, _text, ("model.text_model", "")), Encoder = DescribeEncoder() };
    }

    public override ModelParts DescribeExport() => new() { Decoder = DescribeDecoder(_text), Encoder = DescribeEncoder() };

    public override void Export(ExportTarget target)
    {
        target.WriteEncoder(ExportTarget.Encoder, (graph, root) => Encoder(graph, root).BuildExport());
        target.Write(ExportTarget.Embedder, (graph, root) => Decoder(graph, root).BuildEmbedder());
        target.Write(ExportTarget.Decoder, (graph, root) => Decoder(graph, root).BuildExport(takesIds: false));

        LlamaDecoder Decoder(Onnx.GraphBuilder graph, WeightScope root) => new(_text, graph, root.Sub("model.text_model"), root);
    }

    private EncoderManifest DescribeEncoder() => new()
    {
        EmbeddingSize = _text.HiddenSize,
        PatchSize = _vision.PatchHeight,
        Side = _vision.Rows,
        Shuffle = _shuffle,
        ImageTokenId = _imageTokenId,
        Layers = _vision.Layers.Layers,
        Heads = _vision.Layers.Heads,
        HiddenSize = _vision.HiddenSize,
    };

    private Idefics3Encoder Encoder(Onnx.GraphBuilder graph, WeightScope root) =>
        new(_vision, _shuffle, _text.HiddenSize, graph, root.Sub("model"));
}
