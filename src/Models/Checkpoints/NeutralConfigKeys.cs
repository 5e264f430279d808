using System.Text.Json;

namespace VisionCluster.Models.Checkpoints;

/// <summary>Keys that transformers writes into <c>config.json</c> and that do not change what a model computes at inference.</summary>
internal static class NeutralConfigKeys
{
    // PretrainedConfig's attributes (transformers 4.x writes them all for nested configurations), training-only settings, bookkeeping.
    private static readonly HashSet<string> Keys = new(StringComparer.Ordinal)
    {
        "architectures", "attention_dropout", "attention_probs_dropout_prob", "auto_map", "bad_words_ids", "begin_suppress_tokens", "bos_token_id",
        "chunk_size_feed_forward", "classifier_dropout", "cross_attention_hidden_size", "decoder_start_token_id", "diversity_penalty", "do_sample",
        "dropout", "dtype", "early_stopping", "embd_pdrop", "encoder_no_repeat_ngram_size", "eos_token_id", "exponential_decay_length_penalty",
        "finetuning_task", "forced_bos_token_id", "forced_eos_token_id", "gradient_checkpointing", "hidden_dropout", "hidden_dropout_prob",
        "id2label", "ignore_index", "initializer_factor", "initializer_range", "is_llama_config", "label2id", "length_penalty", "max_length",
        "min_length", "model_type", "neftune_noise_alpha", "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_return_sequences",
        "output_attentions", "output_hidden_states", "output_scores", "pad_token_id", "prefix", "pretraining_tp", "problem_type", "projection_dropout",
        "pruned_heads", "remove_invalid_values", "repetition_penalty", "resid_pdrop", "return_dict", "return_dict_in_generate", "sep_token_id",
        "suppress_tokens", "task_specific_params", "temperature", "tf_legacy_loss", "tie_encoder_decoder", "tokenizer_class", "top_k", "top_p",
        "torch_dtype", "torchscript", "transformers_version", "typical_p", "unk_token_id", "unsloth_fixed", "unsloth_version", "use_bfloat16",
        "use_cache", "quantization_config_source",
    };

    // Switches that are harmless only while they are off.
    private static readonly HashSet<string> OnlyWhenOff = new(StringComparer.Ordinal)
    {
        "add_cross_attention", "is_decoder", "is_encoder_decoder", "qk_layer_norms", "use_resampler", "use_qk_norm",
    };

    public static bool IsNeutral(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Null || key.StartsWith('_') || key.StartsWith("transformers.js", StringComparison.Ordinal)
        || Keys.Contains(key) || (OnlyWhenOff.Contains(key) && value.ValueKind == JsonValueKind.False);
}
