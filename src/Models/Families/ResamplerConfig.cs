using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Families;

/// <summary>Idefics2's perceiver resampler (transformers <c>Idefics2PerceiverConfig</c>). Its width is the text model's.</summary>
internal sealed record ResamplerConfig(int Latents, int Depth, int Heads, int KvHeads, int HeadDim, string Activation, float RmsNormEpsilon)
{
    // Of the class: another width than the text model's means that nobody set it, and then the norms' epsilon is the text model's too.
    private const int DefaultHiddenSize = 4096;

    public static ResamplerConfig Read(ConfigSection? config, LlamaConfig text)
    {
        var hidden = config?.Size("hidden_size", DefaultHiddenSize) ?? DefaultHiddenSize;
        var epsilon = (float)(config?.Number("rms_norm_eps", 1e-6) ?? 1e-6);
        var result = new ResamplerConfig(
            config?.Size("resampler_n_latents", 64) ?? 64,
            config?.Size("resampler_depth", 3) ?? 3,
            config?.Size("resampler_n_heads", 16) ?? 16,
            config?.Size("num_key_value_heads", 4) ?? 4,
            config?.Size("resampler_head_dim", 96) ?? 96,
            config?.String("hidden_act", "silu") ?? "silu",
            hidden == text.HiddenSize ? epsilon : text.RmsNormEpsilon);
        Activations.Require(result.Activation, "perceiver_config: hidden_act");
        config?.RequireOnly("qk_layer_norms_perceiver", "false");
        config?.RefuseUnknown("tie_word_embeddings");
        return result.Heads % result.KvHeads == 0 ? result : throw new ModelException(
            $"config.json: perceiver_config: {result.Heads} heads are not a multiple of {result.KvHeads} key-value heads.");
    }
}
