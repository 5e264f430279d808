using System.Text.Json;
using System.Text.Json.Nodes;
using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Gguf;

/// <summary>
/// A GGUF file's hyperparameters as the <c>config.json</c> that they were made from. Whatever <c>llama.*</c> key nobody read is refused by
/// name (keys: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
/// </summary>
internal sealed class GgufConfig
{
    private const string Architecture = "llama";
    private const string Prefix = Architecture + ".";

    private readonly GgufFile _file;
    private readonly GgufMetadata _metadata;

    private GgufConfig(GgufFile file) => (_file, _metadata) = (file, file.Metadata);

    /// <exception cref="ModelException">The file is no whole Llama, or has an option that cannot be honoured.</exception>
    public static (JsonObject Config, LlamaShape Shape) Read(GgufFile file) => new GgufConfig(file).Read();

    private (JsonObject Config, LlamaShape Shape) Read()
    {
        RequireWholeLlama();
        var (hidden, heads, layers) = (Size("embedding_length"), Size("attention.head_count"), Size("block_count"));
        var kvHeads = _metadata.Has(Prefix + "attention.head_count_kv") ? Size("attention.head_count_kv") : heads;
        var headDim = HeadDim(hidden, heads);
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["model_type"] = "llama",
            ["hidden_size"] = hidden,
            ["intermediate_size"] = Size("feed_forward_length"),
            ["num_hidden_layers"] = layers,
            ["num_attention_heads"] = heads,
            ["num_key_value_heads"] = kvHeads,
            ["head_dim"] = headDim,
            ["hidden_act"] = "silu",
            ["max_position_embeddings"] = Size("context_length"),
            ["rms_norm_eps"] = _metadata.Number(Prefix + "attention.layer_norm_rms_epsilon") ?? throw _metadata.Missing(Prefix + "attention.layer_norm_rms_epsilon"),
            ["rope_theta"] = _metadata.Number(Prefix + "rope.freq_base") ?? 10_000,
            ["rope_scaling"] = RopeScaling(headDim),
            ["vocab_size"] = Vocabulary(),
            ["attention_bias"] = HasBias("attn_q", "attn_k", "attn_v", "attn_output"),
            ["mlp_bias"] = HasBias("ffn_gate", "ffn_up", "ffn_down"),
            ["tie_word_embeddings"] = !_file.Tensors.ContainsKey("output.weight"),
        };
        RefuseUnread();
        return (config, new LlamaShape(layers, heads, kvHeads, headDim));
    }

    private void RequireWholeLlama()
    {
        var architecture = _metadata.Text("general.architecture") ?? throw _metadata.Missing("general.architecture");
        if (architecture != Architecture)
        {
            throw new ModelException($"{_file.Name}: general.architecture {architecture} is not supported ({Architecture}).");
        }

        if (_metadata.Text("general.type") is { } type and not "model")
        {
            throw new ModelException($"{_file.Name}: general.type is {type}; only whole models are served.");
        }

        if (_metadata.Integer("split.count") is > 1 and var parts)
        {
            throw new ModelException($"{_file.Name} is one of {parts} parts; merge them (llama-gguf-split --merge) and give the whole file.");
        }

        Require("tensor_data_layout", _metadata.Text(Prefix + "tensor_data_layout") is null or "Meta AI original pth");
        Require("expert_count", _metadata.Integer(Prefix + "expert_count") is null or 0);
        Require("expert_used_count", _metadata.Integer(Prefix + "expert_used_count") is null or 0);
        Require("use_parallel_residual", _metadata.Flag(Prefix + "use_parallel_residual") is not true);
        Require("attention.causal", _metadata.Flag(Prefix + "attention.causal") is not false);
    }

    private int HeadDim(int hidden, int heads)
    {
        var width = _metadata.Has(Prefix + "attention.key_length") ? Size("attention.key_length") : hidden / heads;
        Require("attention.value_length", (_metadata.Integer(Prefix + "attention.value_length") ?? width) == width);
        Require("rope.dimension_count", (_metadata.Integer(Prefix + "rope.dimension_count") ?? width) == width);
        return width > 0 ? width : throw _metadata.Wrong(Prefix + "attention.head_count", $"a divisor of {hidden}");
    }

    private JsonObject? RopeScaling(int headDim)
    {
        var type = _metadata.Text(Prefix + "rope.scaling.type") ?? "none";
        Require("rope.scaling.type", type is "none" or "linear");
        var factor = _metadata.Number(Prefix + "rope.scaling.factor") ?? _metadata.Number(Prefix + "rope.scale_linear") ?? 1;
        Require("rope.scale_linear", (_metadata.Number(Prefix + "rope.scale_linear") ?? factor) == factor);

        // Notes on how the context was extended, which say nothing beyond type and factor.
        _ = _metadata.Has(Prefix + "rope.scaling.original_context_length");
        _ = _metadata.Has(Prefix + "rope.scaling.finetuned");
        if (_file.Tensors.TryGetValue(GgufTensorNames.RotaryFactors, out var factors))
        {
            Require("rope.scaling.factor", type == "none" || factor is 0 or 1);
            return factors.Shape is [var pairs] && pairs == headDim / 2
                ? new JsonObject { ["rope_type"] = "divisors", ["divisors"] = new JsonArray([.. GgufTensors.ToFloats(_file, factors).Select(value => (JsonNode)value)]) }
                : throw new ModelException($"{_file.Name}: {factors.Name} has shape [{string.Join(", ", factors.Shape)}]; heads of {headDim} need [{headDim / 2}].");
        }

        return (type == "linear" || _metadata.Has(Prefix + "rope.scale_linear")) && factor is not (0 or 1)
            ? new JsonObject { ["rope_type"] = "linear", ["factor"] = factor } : null;
    }

    private int Vocabulary()
    {
        var rows = _file.Tensors.TryGetValue("token_embd.weight", out var table) && table.Shape is [var count, _] ? count
            : throw new ModelException($"{_file.Name} lacks the matrix token_embd.weight.");
        Require("vocab_size", (_metadata.Integer(Prefix + "vocab_size") ?? rows) == rows);
        return rows <= 1 << 24 ? (int)rows : throw _metadata.Wrong("token_embd.weight", "a table of at most 16 million tokens");
    }

    /// <summary>Biases are in all of these projections or in none.</summary>
    private bool HasBias(params ReadOnlySpan<string> projections)
    {
        var with = 0;
        foreach (var projection in projections)
        {
            with += _file.Tensors.ContainsKey($"blk.0.{projection}.bias") ? 1 : 0;
        }

        return with == 0 || with == projections.Length ? with > 0
            : throw new ModelException($"{_file.Name}: only {with} of {string.Join(", ", projections.ToArray())} have biases, which is not supported.");
    }

    private int Size(string key) => _metadata.Integer(Prefix + key) switch
    {
        null => throw _metadata.Missing(Prefix + key),
        >= 1 and <= 1 << 24 and var value => (int)value,
        _ => throw _metadata.Wrong(Prefix + key, $"between 1 and {1 << 24}"),
    };

    private void Require(string key, bool honoured)
    {
        if (!honoured)
        {
            throw new ModelException($"{_file.Name}: the value of {Prefix}{key} is not supported.");
        }
    }

    private void RefuseUnread()
    {
        if (_metadata.Unread.FirstOrDefault(key => key.StartsWith(Prefix, StringComparison.Ordinal)) is { } key)
        {
            throw new ModelException($"{_file.Name}: the option {key} is not known; use a version that honours it.");
        }
    }
}
