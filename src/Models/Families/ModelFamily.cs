using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;

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
            "idefics3" or "smolvlm" => new Idefics3Family(type, config),
            "llama" => new LlamaFamily(config),
            _ => throw new ModelException($"config.json: model_type {type} is not supported (idefics3, smolvlm, llama)."),
        };
    }

    public abstract string ModelType { get; }

    /// <summary>Writes the graphs, and the manifest's parts that follow from them.</summary>
    public abstract (DecoderManifest? Decoder, EncoderManifest? Encoder) Compile(CompilationTarget target);

    protected static DecoderManifest CompileLlama(CompilationTarget target, LlamaConfig config, string modelPrefix)
    {
        target.Write(GraphKind.Decoder, (graph, root) => new LlamaDecoder(config, graph, root.Sub(modelPrefix), root).BuildServing());
        target.Write(GraphKind.DecoderInspection, (graph, root) => new LlamaDecoder(config, graph, root.Sub(modelPrefix), root).BuildInspection());
        var (table, shape) = ($"{modelPrefix}.embed_tokens.weight", new long[] { config.VocabularySize, config.HiddenSize });
        return new DecoderManifest
        {
            HiddenSize = config.HiddenSize,
            VocabularySize = config.VocabularySize,
            Layers = config.Layers,
            KvHeads = config.KvHeads,
            HeadDim = config.CacheHeadDim,
            MaxPositions = config.MaxPositions,
            EmbeddingOffset = target.File.Add(table, shape, () => target.Weights.ReadFloats(table, shape)).Offset,
        };
    }
}
