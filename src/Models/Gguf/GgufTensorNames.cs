using System.Globalization;

namespace VisionCluster.Models.Gguf;

/// <summary>
/// The tensors of a Llama in a GGUF file and what Hugging Face calls them (llama.cpp, <c>gguf-py/gguf/tensor_mapping.py</c>).
/// A tensor that has no name here is refused: it would change the result.
/// </summary>
internal static class GgufTensorNames
{
    /// <summary>Divisors of the rotary frequencies, <c>[head_dim / 2]</c>; part of the configuration.</summary>
    public const string RotaryFactors = "rope_freqs.weight";

    private static readonly Dictionary<string, string> Whole = new(StringComparer.Ordinal)
    {
        ["token_embd.weight"] = "model.embed_tokens.weight",
        ["output_norm.weight"] = "model.norm.weight",
        ["output.weight"] = "lm_head.weight",
    };

    private static readonly Dictionary<string, string> OfLayer = new(StringComparer.Ordinal)
    {
        ["attn_norm"] = "input_layernorm",
        ["ffn_norm"] = "post_attention_layernorm",
        ["attn_q"] = "self_attn.q_proj",
        ["attn_k"] = "self_attn.k_proj",
        ["attn_v"] = "self_attn.v_proj",
        ["attn_output"] = "self_attn.o_proj",
        ["ffn_gate"] = "mlp.gate_proj",
        ["ffn_up"] = "mlp.up_proj",
        ["ffn_down"] = "mlp.down_proj",
    };

    /// <summary>The Hugging Face name; null for a tensor that a Llama does not have.</summary>
    public static string? HuggingFaceName(string name, int layers)
    {
        if (Whole.TryGetValue(name, out var whole))
        {
            return whole;
        }

        return name.Split('.') is ["blk", var number, var part, "weight" or "bias"] parts && OfLayer.TryGetValue(part, out var renamed)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) && layer < layers
            && number == layer.ToString(CultureInfo.InvariantCulture)
            ? $"model.layers.{layer}.{renamed}.{parts[3]}" : null;
    }
}
