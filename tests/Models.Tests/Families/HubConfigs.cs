namespace VisionCluster.Models.Tests.Families;

/// <summary>Configurations as well-known hub repositories have them (shortened where a key repeats), by what they are.</summary>
internal static class HubConfigs
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bert-base-uncased"] = """
            {"architectures":["BertForMaskedLM"],"attention_probs_dropout_prob":0.1,"gradient_checkpointing":false,"hidden_act":"gelu",
            "hidden_dropout_prob":0.1,"hidden_size":768,"initializer_range":0.02,"intermediate_size":3072,"layer_norm_eps":1e-12,
            "max_position_embeddings":512,"model_type":"bert","num_attention_heads":12,"num_hidden_layers":12,"pad_token_id":0,
            "position_embedding_type":"absolute","transformers_version":"4.6.0.dev0","type_vocab_size":2,"use_cache":true,"vocab_size":30522}
            """,
        ["bert-base-multilingual"] = """
            {"architectures":["BertForMaskedLM"],"attention_probs_dropout_prob":0.1,"directionality":"bidi","hidden_act":"gelu","hidden_dropout_prob":0.1,
            "hidden_size":768,"initializer_range":0.02,"intermediate_size":3072,"layer_norm_eps":1e-12,"max_position_embeddings":512,"model_type":"bert",
            "num_attention_heads":12,"num_hidden_layers":12,"pad_token_id":0,"pooler_fc_size":768,"pooler_num_attention_heads":12,"pooler_num_fc_layers":3,
            "pooler_size_per_head":128,"pooler_type":"first_token_transform","type_vocab_size":2,"vocab_size":105879}
            """,
        ["distilbert-base-uncased"] = """
            {"activation":"gelu","architectures":["DistilBertForMaskedLM"],"attention_dropout":0.1,"dim":768,"dropout":0.1,"hidden_dim":3072,
            "initializer_range":0.02,"max_position_embeddings":512,"model_type":"distilbert","n_heads":12,"n_layers":6,"pad_token_id":0,"qa_dropout":0.1,
            "seq_classif_dropout":0.2,"sinusoidal_pos_embds":false,"tie_weights_":true,"transformers_version":"4.10.0.dev0","vocab_size":30522}
            """,
        ["vit-base-patch16-224-in21k"] = """
            {"_name_or_path":"google/vit-base-patch16-224-in21k","architectures":["ViTModel"],"attention_probs_dropout_prob":0.0,"hidden_act":"gelu",
            "hidden_dropout_prob":0.0,"hidden_size":768,"image_size":224,"initializer_range":0.02,"intermediate_size":3072,"layer_norm_eps":1e-12,
            "model_type":"vit","num_attention_heads":12,"num_channels":3,"num_hidden_layers":12,"patch_size":16,"qkv_bias":true,
            "transformers_version":"4.13.0.dev0"}
            """,
        ["clip-vit-base-patch32"] = """
            {"_name_or_path":"openai/clip-vit-base-patch32","architectures":["CLIPModel"],"initializer_factor":1.0,"logit_scale_init_value":2.6592,
            "model_type":"clip","projection_dim":512,
            "text_config":{"_name_or_path":"","add_cross_attention":false,"architectures":null,"attention_dropout":0.0,"bad_words_ids":null,"bos_token_id":0,
            "chunk_size_feed_forward":0,"cross_attention_hidden_size":null,"decoder_start_token_id":null,"diversity_penalty":0.0,"do_sample":false,"dropout":0.0,
            "early_stopping":false,"encoder_no_repeat_ngram_size":0,"eos_token_id":2,"exponential_decay_length_penalty":null,"finetuning_task":null,
            "forced_bos_token_id":null,"forced_eos_token_id":null,"hidden_act":"quick_gelu","hidden_size":512,"id2label":{"0":"LABEL_0","1":"LABEL_1"},
            "initializer_factor":1.0,"initializer_range":0.02,"intermediate_size":2048,"is_decoder":false,"is_encoder_decoder":false,
            "label2id":{"LABEL_0":0,"LABEL_1":1},"layer_norm_eps":1e-05,"length_penalty":1.0,"max_length":20,"max_position_embeddings":77,"min_length":0,
            "model_type":"clip_text_model","no_repeat_ngram_size":0,"num_attention_heads":8,"num_beam_groups":1,"num_beams":1,"num_hidden_layers":12,
            "num_return_sequences":1,"output_attentions":false,"output_hidden_states":false,"output_scores":false,"pad_token_id":1,"prefix":null,
            "problem_type":null,"projection_dim":512,"pruned_heads":{},"remove_invalid_values":false,"repetition_penalty":1.0,"return_dict":true,
            "return_dict_in_generate":false,"sep_token_id":null,"task_specific_params":null,"temperature":1.0,"tie_encoder_decoder":false,
            "tie_word_embeddings":true,"tokenizer_class":null,"top_k":50,"top_p":1.0,"torch_dtype":null,"torchscript":false,
            "transformers_version":"4.16.0.dev0","typical_p":1.0,"use_bfloat16":false,"vocab_size":49408},
            "text_config_dict":null,"transformers_version":null,
            "vision_config":{"_name_or_path":"","add_cross_attention":false,"attention_dropout":0.0,"dropout":0.0,"hidden_act":"quick_gelu","hidden_size":768,
            "image_size":224,"initializer_factor":1.0,"initializer_range":0.02,"intermediate_size":3072,"is_decoder":false,"is_encoder_decoder":false,
            "layer_norm_eps":1e-05,"model_type":"clip_vision_model","num_attention_heads":12,"num_channels":3,"num_hidden_layers":12,"patch_size":32,
            "projection_dim":512,"pruned_heads":{},"tie_word_embeddings":true,"torchscript":false,"use_bfloat16":false},"vision_config_dict":null}
            """,
        ["clip-vit-large-patch14"] = """
            {"architectures":["CLIPModel"],"initializer_factor":1.0,"logit_scale_init_value":2.6592,"model_type":"clip","projection_dim":768,
            "text_config":{"hidden_size":768,"intermediate_size":3072,"num_attention_heads":12,"num_hidden_layers":12,"eos_token_id":2,"projection_dim":768},
            "text_config_dict":{"hidden_size":768,"intermediate_size":3072,"num_attention_heads":12,"num_hidden_layers":12,"projection_dim":768},
            "torch_dtype":"float32","transformers_version":null,
            "vision_config":{"hidden_size":1024,"intermediate_size":4096,"num_attention_heads":16,"num_hidden_layers":24,"patch_size":14,"projection_dim":768},
            "vision_config_dict":{"hidden_size":1024,"intermediate_size":4096,"num_attention_heads":16,"num_hidden_layers":24,"patch_size":14,"projection_dim":768}}
            """,
        ["siglip-base-patch16-224"] = """
            {"architectures":["SiglipModel"],"initializer_factor":1.0,"model_type":"siglip","text_config":{"model_type":"siglip_text_model"},
            "torch_dtype":"float32","transformers_version":"4.37.0.dev0","vision_config":{"model_type":"siglip_vision_model"}}
            """,
        ["llava-1.5-7b-hf"] = """
            {"architectures":["LlavaForConditionalGeneration"],"ignore_index":-100,"image_token_index":32000,"model_type":"llava","pad_token_id":32001,
            "projector_hidden_act":"gelu","text_config":{"_name_or_path":"lmsys/vicuna-7b-v1.5","architectures":["LlamaForCausalLM"],
            "max_position_embeddings":4096,"model_type":"llama","rms_norm_eps":1e-05,"torch_dtype":"float16","vocab_size":32064},
            "tie_word_embeddings":false,"torch_dtype":"float16","transformers_version":"4.36.0.dev0","vision_config":{"hidden_size":1024,"image_size":336,
            "intermediate_size":4096,"model_type":"clip_vision_model","num_attention_heads":16,"num_hidden_layers":24,"patch_size":14,"projection_dim":768,
            "vocab_size":32000},"vision_feature_layer":-2,"vision_feature_select_strategy":"default","vocab_size":32064}
            """,
        ["paligemma-3b-pt-224"] = """
            {"_vocab_size":257152,"architectures":["PaliGemmaForConditionalGeneration"],"bos_token_id":2,"eos_token_id":1,"hidden_size":2048,
            "ignore_index":-100,"image_token_index":257152,"model_type":"paligemma","pad_token_id":0,"projection_dim":2048,
            "text_config":{"hidden_size":2048,"intermediate_size":16384,"model_type":"gemma","num_attention_heads":8,"num_hidden_layers":18,
            "num_image_tokens":256,"num_key_value_heads":1,"torch_dtype":"float32","vocab_size":257216},"torch_dtype":"float32",
            "transformers_version":"4.41.0.dev0","vision_config":{"hidden_size":1152,"intermediate_size":4304,"model_type":"siglip_vision_model",
            "num_attention_heads":16,"num_hidden_layers":27,"num_image_tokens":256,"patch_size":14,"projection_dim":2048,
            "projector_hidden_act":"gelu_fast","torch_dtype":"float32","vision_use_head":false}}
            """,
        ["idefics2-8b"] = """
            {"architectures":["Idefics2ForConditionalGeneration"],"image_token_id":32001,"initializer_range":0.02,"model_type":"idefics2",
            "perceiver_config":{"attention_dropout":0.0,"hidden_act":"silu","model_type":"idefics2","num_key_value_heads":4,"resampler_depth":3,
            "resampler_head_dim":96,"resampler_n_heads":16,"resampler_n_latents":64},
            "text_config":{"_name_or_path":"mistralai/Mistral-7B-v0.1","architectures":["MistralForCausalLM"],"max_position_embeddings":32768,
            "model_type":"mistral","pad_token_id":0,"rms_norm_eps":1e-05,"sliding_window":4096,"torch_dtype":"bfloat16","vocab_size":32003},
            "tie_word_embeddings":false,"torch_dtype":"float32","transformers_version":"4.41.0.dev0","use_cache":true,
            "vision_config":{"hidden_size":1152,"image_size":980,"intermediate_size":4304,"model_type":"idefics2","num_attention_heads":16,
            "num_hidden_layers":27,"patch_size":14}}
            """,
        ["mistral-7b-v0.1"] = """
            {"architectures":["MistralForCausalLM"],"bos_token_id":1,"eos_token_id":2,"hidden_act":"silu","hidden_size":4096,"initializer_range":0.02,
            "intermediate_size":14336,"max_position_embeddings":32768,"model_type":"mistral","num_attention_heads":32,"num_hidden_layers":32,
            "num_key_value_heads":8,"rms_norm_eps":1e-05,"rope_theta":10000.0,"sliding_window":4096,"tie_word_embeddings":false,"torch_dtype":"bfloat16",
            "transformers_version":"4.34.0.dev0","use_cache":true,"vocab_size":32000}
            """,
        ["llama-3.2-1b"] = """
            {"architectures":["LlamaForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":128000,"eos_token_id":[128001,128008,128009],
            "head_dim":64,"hidden_act":"silu","hidden_size":2048,"initializer_range":0.02,"intermediate_size":8192,"max_position_embeddings":131072,
            "mlp_bias":false,"model_type":"llama","num_attention_heads":32,"num_hidden_layers":16,"num_key_value_heads":8,"pretraining_tp":1,
            "rms_norm_eps":1e-05,"rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":8192,
            "rope_type":"llama3"},"rope_theta":500000.0,"tie_word_embeddings":true,"torch_dtype":"bfloat16","transformers_version":"4.45.0.dev0",
            "use_cache":true,"vocab_size":128256}
            """,
        ["gemma-2b"] = """
            {"architectures":["GemmaForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":2,"eos_token_id":1,"head_dim":256,
            "hidden_act":"gelu","hidden_activation":null,"hidden_size":2048,"initializer_range":0.02,"intermediate_size":16384,
            "max_position_embeddings":8192,"model_type":"gemma","num_attention_heads":8,"num_hidden_layers":18,"num_key_value_heads":1,"pad_token_id":0,
            "rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":10000.0,"torch_dtype":"bfloat16","transformers_version":"4.38.0.dev0","use_cache":true,
            "vocab_size":256000}
            """,
    };
}
