using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Exports;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Models.Families;

/// <summary>A model type of <c>config.json</c>: reads its configuration (refusing what it cannot honour) and builds its graphs.</summary>
internal abstract class ModelFamily
{
    /// <summary>The family of a checkpoint.</summary>
    /// <exception cref="ModelException">The model type or one of its options is not supported.</exception>
    public static ModelFamily Read(ConfigSection config)
    {
        var type = config.String("model_type");
        return type switch
        {
            "llama" or "mistral" or "gemma" => new LlamaFamily(type, config),
            "idefics2" => new Idefics2Family(config),
            "idefics3" or "smolvlm" => new Idefics3Family(type, config),
            "llava" => new LlavaFamily(config),
            "paligemma" => new PaliGemmaFamily(config),
            "vit" => new VitFamily(config),
            "clip" => new ClipFamily(config),
            "siglip" => new SiglipFamily(config),
            "bert" => new BertFamily(config),
            "distilbert" => new DistilBertFamily(config),
            _ => throw new ModelException(
                $"config.json: model_type {type} is not supported (llama, mistral, gemma, idefics2, idefics3, smolvlm, llava, paligemma, "
                + "vit, clip, siglip, bert, distilbert)."),
        };
    }

    private const string EmbeddingTable = "embed_tokens.weight";

    public abstract string ModelType { get; }

    /// <summary>Whether it generates: encoders alone have no weights that precisions apply to.</summary>
    public virtual bool HasDecoder => true;

    /// <summary>Writes the graphs, and the manifest's parts that follow from them.</summary>
    public abstract ModelParts Compile(CompilationTarget target);

    /// <summary>The manifest's parts for graphs that somebody else made from such a checkpoint.</summary>
    /// <exception cref="ModelException">Exports of this family are not read.</exception>
    public virtual ModelParts DescribeExport() => throw NoExports("read (llama, mistral, gemma, idefics3, smolvlm)");

    /// <summary>Writes graphs of the hub's usual layout.</summary>
    /// <exception cref="ModelException">This family is not exported.</exception>
    public virtual void Export(ExportTarget target) => throw NoExports("written (llama, mistral, gemma, idefics3, smolvlm, vit, siglip)");

    /// <summary>Writes a decoder's graphs.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="config">The decoder.</param>
    /// <param name="places">Where its <c>embed_tokens</c> and <c>layers</c> may be, and where its <c>lm_head</c> is then.</param>
    protected static DecoderManifest CompileDecoder(
        CompilationTarget target, LlamaConfig config, params IReadOnlyList<(string Model, string Head)> places)
    {
        var (model, head) = places.FirstOrDefault(place => target.Weights.Contains($"{place.Model}.{EmbeddingTable}"), places[0]);
        var bytes = target.Write(GraphKind.Decoder, (graph, root) => Decoder(graph, root).BuildServing(target.Halves ? CacheForm.Half : CacheForm.Float));
        target.Write(GraphKind.DecoderInspection, (graph, root) => Decoder(graph, root).BuildInspection());
        if (config.BidirectionalPrefix)
        {
            target.Write(GraphKind.DecoderPrefix, (graph, root) => Decoder(graph, root).BuildPrefix());
        }
        else if (!target.Halves)
        {
            target.Write(GraphKind.DecoderEightBitCache, (graph, root) => Decoder(graph, root).BuildServing(CacheForm.EightBit));
            if (target.Kernels)
            {
                target.Write(GraphKind.DecoderHalfCache, (graph, root) => Decoder(graph, root).BuildServing(CacheForm.Half));
            }
        }

        var (table, shape) = ($"{model}.{EmbeddingTable}", new long[] { config.VocabularySize, config.HiddenSize });
        return DescribeDecoder(config) with
        {
            HeadDim = config.CacheHeadDim,
            EmbeddingOffset = target.File.Add(table, shape, () => target.Weights.ReadFloats(table, shape)).Offset,
            WeightBytes = bytes,
            HasSlotAttention = target.Kernels,
            IsHalf = target.Halves,
        };

        LlamaDecoder Decoder(GraphBuilder graph, WeightScope scope)
        {
            var root = scope with { Layer = new LinearLayer(graph, target.Form, target.Kernels ? target.Strips : null) };
            return new LlamaDecoder(config, graph, root.Sub(model), head.Length == 0 ? root : root.Sub(head), target.Kernels);
        }
    }

    /// <summary>A decoder's sizes as its configuration says them.</summary>
    protected static DecoderManifest DescribeDecoder(LlamaConfig config) => new()
    {
        HiddenSize = config.HiddenSize,
        VocabularySize = config.VocabularySize,
        Layers = config.Layers,
        Heads = config.Heads,
        KvHeads = config.KvHeads,
        HeadDim = config.HeadDim,
        MaxPositions = config.MaxPositions,
        EmbeddingOffset = 0,
        EmbeddingScale = config.EmbeddingScale,
        BidirectionalPrefix = config.BidirectionalPrefix,
    };

    /// <summary>The placeholder's id: one row of the vocabulary.</summary>
    protected static int ImageTokenId(ConfigSection config, string key, string alias, int fallback, LlamaConfig text)
    {
        var id = config.IntOrNull(key) ?? config.IntOrNull(alias) ?? fallback;
        _ = config.IntOrNull(alias);
        return id >= 0 && id < text.VocabularySize ? id
            : throw new ModelException($"config.json: {key} {id} is outside the vocabulary of {text.VocabularySize}.");
    }

    private ModelException NoExports(string what) =>
        new($"ONNX exports of model type {ModelType} are not {what}; serve its safetensors.");
}
