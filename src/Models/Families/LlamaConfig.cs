using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Families;

/// <summary>
/// The configuration of a Llama text model and of its descendants Mistral and Gemma (transformers <c>configuration_llama.py</c>,
/// <c>configuration_mistral.py</c>, <c>configuration_gemma.py</c>; defaults are those classes').
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

    /// <summary>
    /// Width of a head in the key-value cache: GroupQueryAttention takes multiples of 16 only, so narrower heads are widened by zeros.
    /// </summary>
    public int CacheHeadDim => (HeadDim + 15) / 16 * 16;

    /// <summary>Longest context: what the rotary tables hold.</summary>
    public int MaxPositions => Rope.MaxPositions;

    public required float RmsNormEpsilon { get; init; }

    public required RopeOptions Rope { get; init; }

    public required string Activation { get; init; }

    public bool AttentionBias { get; init; }

    public bool MlpBias { get; init; }

    public bool TieWordEmbeddings { get; init; }

    /// <summary>Keys that a query sees, itself included (Mistral); null for all.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Gemma's norms multiply by 1 + w.</summary>
    public bool NormPlusOne { get; init; }

    /// <summary>Gemma multiplies text embeddings by √hidden.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>A prompt's tokens look at each other in both directions (PaliGemma).</summary>
    public bool BidirectionalPrefix { get; init; }

    /// <summary>A text model of the kind that its own <c>model_type</c> names.</summary>
    public static LlamaConfig Read(ConfigSection config, string type) => type switch
    {
        "llama" => ReadLlama(config),
        "mistral" => ReadMistral(config),
        "gemma" => ReadGemma(config),
        _ => throw new ModelException($"config.json: a text model of type {type} is not supported (llama, mistral, gemma)."),
    };

    private static LlamaConfig ReadLlama(ConfigSection config)
    {
        var heads = config.Size("num_attention_heads", 32);
        var result = Sizes(config, (32000, 4096, 11008, 32, heads, config.Size("num_key_value_heads", heads), null, 2048)) with
        {
            AttentionBias = config.Bool("attention_bias", false),
            MlpBias = config.Bool("mlp_bias", false),
            TieWordEmbeddings = config.Bool("tie_word_embeddings", false),
        };

        // rope_interleaved, pixel_shuffle_factor and perceiver_config stand in SmolLM's and SmolVLM's files and are read by nobody.
        config.RefuseUnknown("rope_interleaved", "pixel_shuffle_factor", "perceiver_config");
        return result;
    }

    private static LlamaConfig ReadMistral(ConfigSection config)
    {
        var heads = config.Size("num_attention_heads", 32);
        var kvHeads = config.IsNull("num_key_value_heads") ? heads : config.Size("num_key_value_heads", 8);
        var result = Sizes(config, (32000, 4096, 14336, 32, heads, kvHeads, null, 131_072)) with
        {
            SlidingWindow = config.IsNull("sliding_window") ? null : config.Size("sliding_window", 4096),
            TieWordEmbeddings = config.Bool("tie_word_embeddings", false),
        };
        config.RequireOnly("attention_bias", "false");
        config.RequireOnly("mlp_bias", "false");
        config.RefuseUnknown();
        return result;
    }

    private static LlamaConfig ReadGemma(ConfigSection config)
    {
        var heads = config.Size("num_attention_heads", 16);
        var result = Sizes(config, (256_000, 3072, 24_576, 28, heads, config.Size("num_key_value_heads", 16), 256, 8192)) with
        {
            AttentionBias = config.Bool("attention_bias", false),
            TieWordEmbeddings = config.Bool("tie_word_embeddings", true),
            NormPlusOne = true,
        };

        // "gelu" in hidden_act always meant the tanh form; hidden_activation says what it means.
        var activation = config.StringOrNull("hidden_activation")
            ?? (config.String("hidden_act", "gelu") is var act && act == "gelu" ? "gelu_pytorch_tanh" : act);
        Activations.Require(activation, "hidden_activation");
        config.RefuseUnknown("num_image_tokens");
        return result with { Activation = activation, EmbeddingScale = MathF.Sqrt(result.HiddenSize) };
    }

    private static LlamaConfig Sizes(
        ConfigSection config,
        (int Vocabulary, int Hidden, int Intermediate, int Layers, int Heads, int KvHeads, int? HeadDim, int MaxPositions) defaults)
    {
        var hidden = config.Size("hidden_size", defaults.Hidden);
        var result = new LlamaConfig
        {
            VocabularySize = config.Size("vocab_size", defaults.Vocabulary),
            HiddenSize = hidden,
            IntermediateSize = config.Size("intermediate_size", defaults.Intermediate),
            Layers = config.Size("num_hidden_layers", defaults.Layers),
            Heads = defaults.Heads,
            KvHeads = defaults.KvHeads,
            HeadDim = config.Size("head_dim", defaults.HeadDim ?? Math.Max(1, hidden / defaults.Heads)),
            RmsNormEpsilon = (float)config.Number("rms_norm_eps", 1e-6),
            Rope = RopeOptions.Read(config, config.Size("max_position_embeddings", defaults.MaxPositions)),
            Activation = config.String("hidden_act", "silu"),
        };
        Activations.Require(result.Activation, "hidden_act");
        if (result.Rope.Divisors.Count != 0 && result.Rope.Divisors.Count != result.HeadDim / 2)
        {
            throw new ModelException($"config.json: rope_scaling has {result.Rope.Divisors.Count} divisors for heads of {result.HeadDim}.");
        }

        return result.Heads % result.KvHeads == 0 && result.HeadDim % 2 == 0 ? result : throw new ModelException(
            $"config.json: {result.Heads} heads of {result.HeadDim} with {result.KvHeads} key-value heads: heads must be a multiple of "
            + "key-value heads, head_dim even.");
    }
}
