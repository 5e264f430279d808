using System.Text.Json.Nodes;
using VisionCluster.Cli.Hosting;

namespace VisionCluster.Cli.Bench.Weights;

/// <summary>The models whose speed is measured with random weights: speed depends on sizes, not on values.</summary>
internal static class CheckpointShapes
{
    private const int Base = 768;
    private const int BaseInner = 3072;
    private const int BaseLayers = 12;
    private const int TextVocabulary = 2000;

    public static IReadOnlyList<CheckpointShape> All { get; } = [Vit(), Siglip(), SmolVlm(), SmolLm()];

    /// <summary>google/vit-base-patch16-224.</summary>
    private static CheckpointShape Vit()
    {
        var config = Json(
            """
            { "model_type": "vit", "architectures": ["ViTForImageClassification"], "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
              "num_attention_heads": 12, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "image_size": 224, "patch_size": 16, "num_channels": 3, "qkv_bias": true }
            """);
        config["id2label"] = new JsonObject(Enumerable.Range(0, 1000).Select(i => KeyValuePair.Create($"{i}", (JsonNode?)$"class {i}")));
        var tensors = new TensorList()
            .Add("vit.embeddings.cls_token", 1, 1, Base).Add("vit.embeddings.position_embeddings", 1, 197, Base)
            .Add("vit.embeddings.patch_embeddings.projection.weight", Base, 3, 16, 16).Add("vit.embeddings.patch_embeddings.projection.bias", Base)
            .VitLayers("vit", BaseLayers, Base, BaseInner).Norm("vit.layernorm", Base).Linear("classifier", 1000, Base);
        return new CheckpointShape("vit-b16-224", config, Square("ViTImageProcessor", 224, resample: 2), null, tensors.Tensors);
    }

    /// <summary>google/siglip-base-patch16-512; of the text tower, which nothing here measures, one layer and a small vocabulary.</summary>
    private static CheckpointShape Siglip()
    {
        var config = Json(
            """
            { "model_type": "siglip", "architectures": ["SiglipModel"],
              "text_config": { "model_type": "siglip_text_model", "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 1, "num_attention_heads": 12,
                "max_position_embeddings": 64, "vocab_size": 2000 },
              "vision_config": { "model_type": "siglip_vision_model", "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
                "num_attention_heads": 12, "image_size": 512, "patch_size": 16 } }
            """);
        var tensors = new TensorList().Add("logit_scale", 1).Add("logit_bias", 1)
            .Add("text_model.embeddings.token_embedding.weight", TextVocabulary, Base).Add("text_model.embeddings.position_embedding.weight", 64, Base)
            .ClipLayers("text_model", 1, Base, BaseInner).Norm("text_model.final_layer_norm", Base).Linear("text_model.head", Base, Base);
        SiglipVision(tensors, "vision_model")
            .Add("vision_model.head.probe", 1, 1, Base)
            .Add("vision_model.head.attention.in_proj_weight", 3 * Base, Base).Add("vision_model.head.attention.in_proj_bias", 3 * Base)
            .Linear("vision_model.head.attention.out_proj", Base, Base).Norm("vision_model.head.layernorm", Base)
            .Linear("vision_model.head.mlp.fc1", BaseInner, Base).Linear("vision_model.head.mlp.fc2", Base, BaseInner);
        return new CheckpointShape("siglip-b16-512", config, Square("SiglipImageProcessor", 512, resample: 3), EmbeddedModels.Matcher, tensors.Tensors);
    }

    /// <summary>HuggingFaceTB/SmolVLM-256M-Instruct, with the embedded model's tokenizer.</summary>
    private static CheckpointShape SmolVlm()
    {
        var config = Json(
            """
            { "model_type": "idefics3", "architectures": ["Idefics3ForConditionalGeneration"], "image_token_id": 2305, "scale_factor": 4,
              "tie_word_embeddings": true,
              "text_config": { "model_type": "llama", "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30, "num_attention_heads": 9,
                "num_key_value_heads": 3, "head_dim": 64, "hidden_act": "silu", "max_position_embeddings": 8192, "rms_norm_eps": 1e-5, "rope_theta": 100000,
                "tie_word_embeddings": true, "vocab_size": 49280 },
              "vision_config": { "model_type": "idefics3", "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
                "image_size": 512, "patch_size": 16, "hidden_act": "gelu_pytorch_tanh" } }
            """);
        var processor = Json(
            """
            { "image_processor_type": "Idefics3ImageProcessor", "processor_class": "Idefics3Processor", "do_convert_rgb": true, "do_image_splitting": true,
              "do_normalize": true, "do_pad": true, "do_rescale": true, "do_resize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
              "max_image_size": { "longest_edge": 512 }, "resample": 1, "rescale_factor": 0.00392156862745098, "size": { "longest_edge": 2048 } }
            """);
        var tensors = SiglipVision(new TensorList(), "model.vision_model")
            .Add("model.connector.modality_projection.proj.weight", 576, 16 * Base)
            .Llama("model.text_model", 30, 576, 1536, 192, 49_280);
        return new CheckpointShape("smolvlm-256m", config, processor, EmbeddedModels.Default, tensors.Tensors);
    }

    /// <summary>HuggingFaceTB/SmolLM2-135M, with the embedded model's tokenizer.</summary>
    private static CheckpointShape SmolLm()
    {
        var config = Json(
            """
            { "model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30,
              "num_attention_heads": 9, "num_key_value_heads": 3, "head_dim": 64, "hidden_act": "silu", "max_position_embeddings": 8192,
              "rms_norm_eps": 1e-5, "rope_theta": 100000, "tie_word_embeddings": true, "vocab_size": 49152 }
            """);
        var tensors = new TensorList().Llama("model", 30, 576, 1536, 192, 49_152);
        return new CheckpointShape("smollm2-135m", config, null, EmbeddedModels.Default, tensors.Tensors);
    }

    private static TensorList SiglipVision(TensorList tensors, string prefix) => tensors
        .Add($"{prefix}.embeddings.patch_embedding.weight", Base, 3, 16, 16).Add($"{prefix}.embeddings.patch_embedding.bias", Base)
        .Add($"{prefix}.embeddings.position_embedding.weight", 1024, Base)
        .ClipLayers(prefix, BaseLayers, Base, BaseInner).Norm($"{prefix}.post_layernorm", Base);

    private static JsonObject Square(string type, int side, int resample) => new()
    {
        ["image_processor_type"] = type,
        ["do_resize"] = true,
        ["do_rescale"] = true,
        ["do_normalize"] = true,
        ["image_mean"] = new JsonArray(0.5, 0.5, 0.5),
        ["image_std"] = new JsonArray(0.5, 0.5, 0.5),
        ["resample"] = resample,
        ["rescale_factor"] = 1 / 255.0,
        ["size"] = new JsonObject { ["height"] = side, ["width"] = side },
    };

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
