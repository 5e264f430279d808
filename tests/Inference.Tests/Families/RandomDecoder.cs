using System.Text.Json.Nodes;

namespace VisionCluster.Inference.Tests.Families;

/// <summary>Tensors of a Llama-like decoder as its configuration asks for them.</summary>
internal static class RandomDecoder
{
    public static void AddTo(RandomCheckpoint checkpoint, JsonObject config, string model, string head)
    {
        var (hidden, inner) = (RandomCheckpoint.Size(config, "hidden_size"), RandomCheckpoint.Size(config, "intermediate_size"));
        var (heads, kv, width) = (Size("num_attention_heads"), Size("num_key_value_heads"), Size("head_dim"));
        var (attentionBias, mlpBias) = (Flag("attention_bias"), Flag("mlp_bias"));
        checkpoint.Add($"{model}.embed_tokens.weight", Size("vocab_size"), hidden);
        for (var layer = 0; layer < Size("num_hidden_layers"); layer++)
        {
            var at = $"{model}.layers.{layer}";
            checkpoint.Add($"{at}.input_layernorm.weight", hidden);
            checkpoint.AddLinear($"{at}.self_attn.q_proj", hidden, heads * width, attentionBias);
            checkpoint.AddLinear($"{at}.self_attn.k_proj", hidden, kv * width, attentionBias);
            checkpoint.AddLinear($"{at}.self_attn.v_proj", hidden, kv * width, attentionBias);
            checkpoint.AddLinear($"{at}.self_attn.o_proj", heads * width, hidden, attentionBias);
            checkpoint.Add($"{at}.post_attention_layernorm.weight", hidden);
            checkpoint.AddLinear($"{at}.mlp.gate_proj", hidden, inner, mlpBias);
            checkpoint.AddLinear($"{at}.mlp.up_proj", hidden, inner, mlpBias);
            checkpoint.AddLinear($"{at}.mlp.down_proj", inner, hidden, mlpBias);
        }

        checkpoint.Add($"{model}.norm.weight", hidden);
        if (!Flag("tie_word_embeddings"))
        {
            checkpoint.Add($"{head}lm_head.weight", Size("vocab_size"), hidden);
        }

        int Size(string key) => RandomCheckpoint.Size(config, key);

        bool Flag(string key) => config[key]?.GetValue<bool>() ?? false;
    }
}
