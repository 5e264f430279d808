using System.Text.Json;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Gguf;

/// <summary>A <see cref="TinyLlama"/> as a Hugging Face folder: config.json and model.safetensors, query and key rows in halves order.</summary>
internal static class TinyLlamaFolder
{
    private static readonly Dictionary<string, string> Names = new()
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

    /// <param name="folder">Where to.</param>
    /// <param name="tiny">A model that nothing has been drawn from yet: the same seed gives the same weights.</param>
    public static void Write(string folder, TinyLlama tiny)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new
        {
            model_type = "llama",
            hidden_size = tiny.HiddenSize,
            intermediate_size = tiny.Intermediate,
            num_hidden_layers = tiny.Layers,
            num_attention_heads = TinyLlama.Heads,
            num_key_value_heads = TinyLlama.KvHeads,
            max_position_embeddings = 128,
            rms_norm_eps = 1e-5f,
            rope_theta = 10_000f,
            vocab_size = TinyLlama.VocabularySize,
            tie_word_embeddings = true,
        }));
        var (header, data) = (new Dictionary<string, object>(), new MemoryStream());
        foreach (var (name, shape, values) in tiny.Write().FloatTensors())
        {
            var bytes = new byte[values.Length * sizeof(float)];
            Buffer.BlockCopy(Halves(name, values, tiny.HeadDim), 0, bytes, 0, bytes.Length);
            header[Rename(name)] = new { dtype = "F32", shape, data_offsets = new[] { data.Length, data.Length + bytes.Length } };
            data.Write(bytes);
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. data.ToArray()]);
    }

    private static string Rename(string name) => name switch
    {
        "token_embd.weight" => "model.embed_tokens.weight",
        "output_norm.weight" => "model.norm.weight",
        _ => name.Split('.') is [_, var layer, var part, _] ? $"model.layers.{layer}.{Names[part]}.weight" : name,
    };

    /// <summary>Neighbours (2i, 2i + 1) become halves (i, i + head/2).</summary>
    private static float[] Halves(string name, float[] values, int head)
    {
        if (!name.Contains("attn_q.", StringComparison.Ordinal) && !name.Contains("attn_k.", StringComparison.Ordinal))
        {
            return values;
        }

        var rows = values.Chunk(head * TinyLlama.Heads).ToArray();
        return [.. Enumerable.Range(0, rows.Length).SelectMany(row =>
        {
            var (first, i) = (row / head * head, row % head);
            return rows[first + (i < head / 2 ? 2 * i : (2 * (i - (head / 2))) + 1)];
        })];
    }
}
