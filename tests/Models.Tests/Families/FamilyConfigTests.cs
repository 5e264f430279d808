using System.Text.Json;
using System.Text.Json.Nodes;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Families;

namespace VisionCluster.Models.Tests.Families;

public class FamilyConfigTests
{
    public static TheoryData<string> Repositories() => [.. HubConfigs.All.Keys];

    [Theory]
    [MemberData(nameof(Repositories))]
    public void Read_ConfigurationOfAHubRepository_IsUnderstood(string repository)
    {
        var config = JsonNode.Parse(HubConfigs.All[repository])!;

        Assert.Equal(config["model_type"]!.GetValue<string>(), Read(config).ModelType);
    }

    [Theory]
    [MemberData(nameof(Repositories))]
    public void Read_WithAnUnknownOptionAnywhere_RefusesItByName(string repository)
    {
        foreach (var section in new string?[] { null, "text_config", "vision_config", "perceiver_config" })
        {
            var config = JsonNode.Parse(HubConfigs.All[repository])!;
            var target = section is null ? config : config[section + "_dict"] as JsonObject ?? config[section];
            if (target is null)
            {
                continue;
            }

            target["novel_trick"] = 1;

            var refusal = Assert.Throws<ModelException>(() => Read(config));

            Assert.Contains("novel_trick", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("llama-3.2-1b", "rope_scaling/rope_type", "\"yarn\"", "yarn")]
    [InlineData("llama-3.2-1b", "rope_scaling/short_factor", "[1]", "short_factor")]
    [InlineData("llama-3.2-1b", "rope_scaling/high_freq_factor", "1", "high_freq_factor")]
    [InlineData("llama-3.2-1b", "rope_theta", "0", "rope_theta")]
    [InlineData("llama-3.2-1b", "partial_rotary_factor", "0.5", "partial_rotary_factor")]
    [InlineData("llama-3.2-1b", "hidden_act", "\"xielu\"", "xielu")]
    [InlineData("llama-3.2-1b", "num_key_value_heads", "5", "5 key-value heads")]
    [InlineData("llama-3.2-1b", "head_dim", "63", "head_dim even")]
    [InlineData("llama-3.2-1b", "quantization_config", "{\"bits\":4}", "quantization_config")]
    [InlineData("mistral-7b-v0.1", "attention_bias", "true", "attention_bias")]
    [InlineData("mistral-7b-v0.1", "sliding_window", "0", "sliding_window")]
    [InlineData("gemma-2b", "use_bidirectional_attention", "true", "use_bidirectional_attention")]
    [InlineData("bert-base-uncased", "position_embedding_type", "\"relative_key\"", "position_embedding_type")]
    [InlineData("bert-base-uncased", "is_decoder", "true", "is_decoder")]
    [InlineData("bert-base-uncased", "num_attention_heads", "7", "7 attention heads")]
    [InlineData("vit-base-patch16-224-in21k", "num_channels", "1", "num_channels")]
    [InlineData("vit-base-patch16-224-in21k", "image_size", "[224]", "image_size")]
    [InlineData("vit-base-patch16-224-in21k", "patch_size", "500", "patch")]
    [InlineData("vit-base-patch16-224-in21k", "id2label", "{\"0\":\"a\",\"2\":\"b\"}", "id2label")]
    [InlineData("siglip-base-patch16-224", "vision_config/vision_use_head", "false", "vision_use_head")]
    [InlineData("siglip-base-patch16-224", "text_config/projection_size", "512", "512")]
    [InlineData("llava-1.5-7b-hf", "vision_feature_layer", "-26", "vision_feature_layer")]
    [InlineData("llava-1.5-7b-hf", "vision_feature_layer", "[]", "vision_feature_layer")]
    [InlineData("llava-1.5-7b-hf", "vision_feature_select_strategy", "\"mean\"", "vision_feature_select_strategy")]
    [InlineData("llava-1.5-7b-hf", "vision_config/model_type", "\"pixtral\"", "pixtral")]
    [InlineData("llava-1.5-7b-hf", "text_config/model_type", "\"qwen2\"", "qwen2")]
    [InlineData("llava-1.5-7b-hf", "image_token_index", "32064", "image_token_index")]
    [InlineData("paligemma-3b-pt-224", "text_config/model_type", "\"gemma2\"", "gemma2")]
    [InlineData("paligemma-3b-pt-224", "text_config/use_bidirectional_attention", "false", "use_bidirectional_attention")]
    [InlineData("paligemma-3b-pt-224", "projection_dim", "1024", "projection_dim")]
    [InlineData("idefics2-8b", "perceiver_config/qk_layer_norms_perceiver", "true", "qk_layer_norms_perceiver")]
    [InlineData("idefics2-8b", "perceiver_config/num_key_value_heads", "3", "perceiver_config")]
    public void Read_WithAnOptionThatIsNotHonoured_RefusesItByName(string repository, string path, string value, string named)
    {
        var config = JsonNode.Parse(HubConfigs.All[repository])!;
        var keys = path.Split('/');
        (keys.Length == 1 ? config : config[keys[0]])![keys[^1]] = JsonNode.Parse(value);

        var refusal = Assert.Throws<ModelException>(() => Read(config));

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", 4096, 8, "silu")]
    [InlineData("""{"sliding_window":null,"num_key_value_heads":null}""", null, 32, "silu")]
    [InlineData("""{"sliding_window":128,"hidden_act":"gelu"}""", 128, 8, "gelu")]
    public void ReadMistral_WithAbsentAndNullKeys_TellsThemApart(string json, int? window, int kvHeads, string activation)
    {
        var config = LlamaConfig.Read(Section(JsonNode.Parse(json)!), "mistral");

        Assert.Equal((window, kvHeads, activation), (config.SlidingWindow, config.KvHeads, config.Activation));
    }

    [Theory]
    [InlineData("{}", "gelu_pytorch_tanh")]
    [InlineData("""{"hidden_act":"gelu"}""", "gelu_pytorch_tanh")]
    [InlineData("""{"hidden_act":"gelu","hidden_activation":"gelu"}""", "gelu")]
    [InlineData("""{"hidden_act":"relu"}""", "relu")]
    public void ReadGemma_Activation_IsTanhUnlessNamed(string json, string activation) =>
        Assert.Equal(activation, LlamaConfig.Read(Section(JsonNode.Parse(json)!), "gemma").Activation);

    [Theory]
    [InlineData("{}", 1e-5)] // another width than the text model's: nobody set it
    [InlineData("""{"rms_norm_eps":1e-3}""", 1e-5)]
    [InlineData("""{"hidden_size":64,"rms_norm_eps":1e-3}""", 1e-3)]
    [InlineData("""{"hidden_size":64}""", 1e-6)]
    public void ReadResampler_Epsilon_IsTheTextModelsUnlessTheWidthIsSet(string json, double epsilon)
    {
        var text = LlamaConfig.Read(Section(JsonNode.Parse("""{"hidden_size":64,"num_attention_heads":8,"rms_norm_eps":1e-5}""")!), "mistral");

        Assert.Equal((float)epsilon, ResamplerConfig.Read(Section(JsonNode.Parse(json)!), text).RmsNormEpsilon);
    }

    private static ModelFamily Read(JsonNode config) => ModelFamily.Read(Section(config));

    private static ConfigSection Section(JsonNode config) => ConfigSection.Parse("config.json", JsonSerializer.SerializeToElement(config));
}
