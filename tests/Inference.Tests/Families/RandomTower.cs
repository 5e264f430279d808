using System.Text.Json.Nodes;

namespace VisionCluster.Inference.Tests.Families;

/// <summary>Tensors of vision and text towers as their configurations ask for them.</summary>
internal static class RandomTower
{
    /// <summary>A SigLIP-style vision tower.</summary>
    public static void AddSiglip(RandomCheckpoint checkpoint, JsonObject config, string at)
    {
        var (hidden, patch) = (RandomCheckpoint.Size(config, "hidden_size"), RandomCheckpoint.Size(config, "patch_size"));
        var side = RandomCheckpoint.Size(config, "image_size") / patch;
        checkpoint.Add($"{at}.embeddings.patch_embedding.weight", hidden, 3, patch, patch);
        checkpoint.Add($"{at}.embeddings.patch_embedding.bias", hidden);
        checkpoint.Add($"{at}.embeddings.position_embedding.weight", side * side, hidden);
        AddClipLayers(checkpoint, config, at);
        checkpoint.AddNorm($"{at}.post_layernorm", hidden);
    }

    /// <summary>Layers of CLIP, SigLIP and Idefics towers.</summary>
    public static void AddClipLayers(RandomCheckpoint checkpoint, JsonObject config, string at)
    {
        var (hidden, inner) = (RandomCheckpoint.Size(config, "hidden_size"), RandomCheckpoint.Size(config, "intermediate_size"));
        for (var layer = 0; layer < RandomCheckpoint.Size(config, "num_hidden_layers"); layer++)
        {
            var block = $"{at}.encoder.layers.{layer}";
            checkpoint.AddNorm($"{block}.layer_norm1", hidden);
            checkpoint.AddNorm($"{block}.layer_norm2", hidden);
            foreach (var name in (string[])["q_proj", "k_proj", "v_proj", "out_proj"])
            {
                checkpoint.AddLinear($"{block}.self_attn.{name}", hidden, hidden, bias: true);
            }

            checkpoint.AddLinear($"{block}.mlp.fc1", hidden, inner, bias: true);
            checkpoint.AddLinear($"{block}.mlp.fc2", inner, hidden, bias: true);
        }
    }

    /// <summary>A ViT whose image and patches need not be square.</summary>
    public static void AddVit(RandomCheckpoint checkpoint, string at, (int Height, int Width) patch, int patches, bool qkvBias)
    {
        var (hidden, inner) = (checkpoint.Size("hidden_size"), checkpoint.Size("intermediate_size"));
        checkpoint.Add($"{at}embeddings.cls_token", 1, 1, hidden);
        checkpoint.Add($"{at}embeddings.position_embeddings", 1, patches + 1, hidden);
        checkpoint.Add($"{at}embeddings.patch_embeddings.projection.weight", hidden, 3, patch.Height, patch.Width);
        checkpoint.Add($"{at}embeddings.patch_embeddings.projection.bias", hidden);
        for (var layer = 0; layer < checkpoint.Size("num_hidden_layers"); layer++)
        {
            var block = $"{at}encoder.layer.{layer}";
            checkpoint.AddNorm($"{block}.layernorm_before", hidden);
            checkpoint.AddNorm($"{block}.layernorm_after", hidden);
            foreach (var name in (string[])["query", "key", "value"])
            {
                checkpoint.AddLinear($"{block}.attention.attention.{name}", hidden, hidden, qkvBias);
            }

            checkpoint.AddLinear($"{block}.attention.output.dense", hidden, hidden, bias: true);
            checkpoint.AddLinear($"{block}.intermediate.dense", hidden, inner, bias: true);
            checkpoint.AddLinear($"{block}.output.dense", inner, hidden, bias: true);
        }

        checkpoint.AddNorm($"{at}layernorm", hidden);
    }

    /// <summary>Idefics2's connector.</summary>
    public static void AddResampler(RandomCheckpoint checkpoint, JsonObject text, JsonObject vision, JsonObject perceiver, string at)
    {
        var (hidden, inner) = (RandomCheckpoint.Size(text, "hidden_size"), RandomCheckpoint.Size(text, "intermediate_size"));
        var (heads, kv, head) = (Size("resampler_n_heads"), Size("num_key_value_heads"), Size("resampler_head_dim"));
        AddMlp($"{at}.modality_projection", RandomCheckpoint.Size(vision, "hidden_size"), inner);
        at = $"{at}.perceiver_resampler";
        checkpoint.Add($"{at}.latents", Size("resampler_n_latents"), hidden);
        checkpoint.Add($"{at}.norm.weight", hidden);
        for (var layer = 0; layer < Size("resampler_depth"); layer++)
        {
            var block = $"{at}.layers.{layer}";
            checkpoint.Add($"{block}.input_latents_norm.weight", hidden);
            checkpoint.Add($"{block}.input_context_norm.weight", hidden);
            checkpoint.Add($"{block}.post_attention_layernorm.weight", hidden);
            checkpoint.AddLinear($"{block}.self_attn.q_proj", hidden, heads * head, bias: false);
            checkpoint.AddLinear($"{block}.self_attn.k_proj", hidden, kv * head, bias: false);
            checkpoint.AddLinear($"{block}.self_attn.v_proj", hidden, kv * head, bias: false);
            checkpoint.AddLinear($"{block}.self_attn.o_proj", heads * head, hidden, bias: false);
            AddMlp($"{block}.mlp", hidden, 4 * hidden);
        }

        int Size(string key) => RandomCheckpoint.Size(perceiver, key);

        void AddMlp(string name, int inputs, int width)
        {
            checkpoint.AddLinear($"{name}.gate_proj", inputs, width, bias: false);
            checkpoint.AddLinear($"{name}.up_proj", inputs, width, bias: false);
            checkpoint.AddLinear($"{name}.down_proj", width, hidden, bias: false);
        }
    }
}
