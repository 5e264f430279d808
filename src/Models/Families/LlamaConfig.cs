using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Families;

/// <summary>
/// A Llama text model's configuration (transformers <c>configuration_llama.py</c>; defaults are that class's).
/// </summary>
internal sealed record LlamaConfig
{
    public required int VocabularySize { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadDim { get; init; }

    /// <summary>Width of a head in the key-value cache: GroupQueryAttention takes multiples of 16 only, so narrower heads are widened by zeros.</summary>
    public int CacheHeadDim => (HeadDim + 15) / 16 * 16;

    public required int MaxPositions { get; init; }

    public required float RmsNormEpsilon { get; init; }

    public required RopeOptions Rope { get; init; }

    public required string Activation { get; init; }

    public required bool AttentionBias { get; init; }

    public required bool MlpBias { get; init; }

    public required bool TieWordEmbeddings { get; init; }

    public static LlamaConfig Read(ConfigSection config)
    {
        var heads = config.Size("num_attention_heads", 32);
        var hidden = config.Size("hidden_size", 4096);
        var maxPositions = config.Size("max_position_embeddings", 2048);
        var result = new LlamaConfig
        {
            VocabularySize = config.Size("vocab_size", 32000),
            HiddenSize = hidden,
            IntermediateSize = config.Size("intermediate_size", 11008),
            Layers = config.Size("num_hidden_layers", 32),
            Heads = heads,
            KvHeads = config.Size("num_key_value_heads", heads),
            HeadDim = config.Size("head_dim", Math.Max(1, hidden / heads)),
            MaxPositions = maxPositions,
            RmsNormEpsilon = (float)config.Number("rms_norm_eps", 1e-6),
            Rope = RopeOptions.Read(config, maxPositions),
            Activation = config.String("hidden_act", "silu"),
            AttentionBias = config.Bool("attention_bias", false),
            MlpBias = config.Bool("mlp_bias", false),
            TieWordEmbeddings = config.Bool("tie_word_embeddings", false),
        };
        Activations.Require(result.Activation, "hidden_act");
        if (result.Heads % result.KvHeads != 0 || result.HeadDim % 2 != 0)
        {
            throw new ModelException(
                $"config.json: {result.Heads} heads of {result.HeadDim} with {result.KvHeads} key-value heads: heads must be a multiple of key-value heads, head_dim even.");
        }

        // rope_interleaved, pixel_shuffle_factor and perceiver_config stand in SmolLM's and SmolVLM's files and are read by nobody.
        config.RefuseUnknown("rope_interleaved", "pixel_shuffle_factor", "perceiver_config");
        return result;
    }
}
