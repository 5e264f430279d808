using System.Text.Json.Nodes;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Tests.Families;

/// <summary>Vision sides on random weights, for options that no golden has.</summary>
public class VisionAgreementTests
{
    private const float Tolerance = 2e-4f;

    private const string Text =
        """{"model_type":"mistral","hidden_size":20,"intermediate_size":24,"num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,"head_dim":10,"vocab_size":40,"max_position_embeddings":64}""";

    private const string Siglip =
        """{"model_type":"siglip_vision_model","hidden_size":24,"intermediate_size":30,"num_hidden_layers":3,"num_attention_heads":3,"image_size":12,"patch_size":4,"hidden_act":"relu"}""";

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "vit.")]
    public void Vit_OfAnyAspectRatioWithAndWithoutBias_ServesWhatInspectionShows(bool qkvBias, string prefix)
    {
        var config = JsonNode.Parse(
            """{"model_type":"vit","hidden_size":24,"intermediate_size":30,"num_hidden_layers":2,"num_attention_heads":3,"image_size":[12,20],"patch_size":[3,4],"hidden_act":"quick_gelu","pooler_act":"relu","pooler_output_size":7,"id2label":{"1":"b","0":"a","2":"c"}}""")!.AsObject();
        config["qkv_bias"] = qkvBias;
        using var checkpoint = new RandomCheckpoint(config);
        RandomTower.AddVit(checkpoint, prefix, (3, 4), 4 * 5, qkvBias);
        checkpoint.AddLinear($"{prefix}pooler.dense", 24, 7, bias: true);
        checkpoint.AddLinear("classifier", 24, 3, bias: true);
        var model = Compile(checkpoint);
        var pixels = Pixels(2 * 3 * 12 * 20);
        using var inspector = new ModelInspector(model, DeviceOptions.Cpu);
        using var runner = new OnnxVisionRunner(model, DeviceOptions.Cpu);

        var features = new float[2 * runner.EmbeddingSize];
        runner.Encode(2, 12, 20, pixels, [], features);
        var shown = inspector.EncodeImages(pixels).ToDictionary(tensor => tensor.Name);

        Assert.Equal(["a", "b", "c"], model.Manifest.Labels);
        Assert.Equal([2, 21, 24], shown["vision_last"].Shape);
        Assert.Equal(["cls", "mean", "pooled", "logits"], model.Manifest.Vision!.Features.Select(span => span.Name));
        foreach (var span in model.Manifest.Vision.Features)
        {
            AssertClose(shown[span.Name].Values[span.Size..], features.AsSpan(runner.EmbeddingSize + span.Offset, span.Size));
        }
    }

    [Theory]
    [InlineData("-1", "full", 9)]
    [InlineData("0", "full", 9)]
    [InlineData("[1,-1,2]", "full", 9)]
    [InlineData("[-4,3]", "default", 8)]
    public void Llava_WithSiglipTowerAndChosenLayers_ProjectsThoseHiddenStates(string layers, string strategy, int tokens)
    {
        var config = new JsonObject
        {
            ["model_type"] = "llava",
            ["text_config"] = JsonNode.Parse(Text),
            ["vision_config"] = JsonNode.Parse(Siglip),
            ["vision_feature_layer"] = JsonNode.Parse(layers),
            ["vision_feature_select_strategy"] = strategy,
            ["multimodal_projector_bias"] = false,
            ["image_token_index"] = 39,
        };
        var width = 24 * (JsonNode.Parse(layers) is JsonArray list ? list.Count : 1);
        using var checkpoint = new RandomCheckpoint(config);
        RandomDecoder.AddTo(checkpoint, config["text_config"]!.AsObject(), "model.language_model", "");
        RandomTower.AddSiglip(checkpoint, config["vision_config"]!.AsObject(), "model.vision_tower.vision_model");
        checkpoint.AddLinear("model.multi_modal_projector.linear_1", width, 20, bias: false);
        checkpoint.AddLinear("model.multi_modal_projector.linear_2", 20, 20, bias: false);
        var model = Compile(checkpoint);
        var pixels = Pixels(3 * 12 * 12);
        using var inspector = new ModelInspector(model, DeviceOptions.Cpu);
        using var runner = new OnnxEncoderRunner(model, DeviceOptions.Cpu);

        var features = new float[tokens * 20];
        runner.Encode(1, 12, 12, pixels, [], features);
        var shown = inspector.Encode(pixels, 1, 12, 12).ToDictionary(tensor => tensor.Name);

        Assert.Equal(tokens, runner.TokensPerTile(12, 12));
        Assert.Equal([1, tokens, width], shown["vision_selected"].Shape);
        AssertClose(shown["image_features"].Values, features);
    }

    /// <summary>Padding may change nothing: neither positions, nor attention in the tower, nor the resampler.</summary>
    [Fact]
    public void Idefics2_WithPaddedImages_EncodesEachAsAlone()
    {
        var config = new JsonObject
        {
            ["model_type"] = "idefics2",
            ["image_token_id"] = 39,
            ["text_config"] = JsonNode.Parse(Text),
            ["vision_config"] = JsonNode.Parse("""{"hidden_size":24,"intermediate_size":30,"num_hidden_layers":2,"num_attention_heads":2,"image_size":20,"patch_size":4}"""),
            ["perceiver_config"] = JsonNode.Parse("""{"resampler_n_latents":3,"resampler_depth":2,"resampler_n_heads":4,"num_key_value_heads":2,"resampler_head_dim":5,"hidden_act":"gelu"}"""),
        };
        using var checkpoint = new RandomCheckpoint(config);
        RandomDecoder.AddTo(checkpoint, config["text_config"]!.AsObject(), "model.text_model", "");
        RandomTower.AddSiglip(checkpoint, config["vision_config"]!.AsObject(), "model.vision_model");
        RandomTower.AddResampler(
            checkpoint, config["text_config"]!.AsObject(), config["vision_config"]!.AsObject(), config["perceiver_config"]!.AsObject(), "model.connector");
        var model = Compile(checkpoint);
        using var runner = new OnnxEncoderRunner(model, DeviceOptions.Cpu);
        var (wide, tall) = (Pixels(3 * 9 * 27), Pixels(3 * 22 * 6));
        var (pixels, mask) = (new float[2 * 3 * 22 * 27], new byte[2 * 22 * 27]);
        Place(wide, 9, 27, pixels.AsSpan(0, 3 * 22 * 27), mask.AsSpan(0, 22 * 27));
        Place(tall, 22, 6, pixels.AsSpan(3 * 22 * 27), mask.AsSpan(22 * 27));

        var (together, alone) = (new float[2 * 3 * 20], new float[2 * 3 * 20]);
        runner.Encode(2, 22, 27, pixels, mask, together);
        runner.Encode(1, 9, 27, wide, [], alone.AsSpan(0, 60));
        runner.Encode(1, 22, 6, tall, [], alone.AsSpan(60));

        AssertClose(alone, together);
    }

    private static void Place(float[] image, int height, int width, Span<float> pixels, Span<byte> mask)
    {
        for (var row = 0; row < height; row++)
        {
            mask.Slice(row * 27, width).Fill(1);
            for (var channel = 0; channel < 3; channel++)
            {
                image.AsSpan(((channel * height) + row) * width, width).CopyTo(pixels[(((channel * 22) + row) * 27)..]);
            }
        }
    }

    private static CompiledModel Compile(RandomCheckpoint checkpoint) =>
        new ModelCompiler(new ModelCompilerOptions { CacheFolder = checkpoint.CacheFolder }).Compile(checkpoint.Write());

    private static float[] Pixels(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Tolerance * Math.Max(1, Math.Abs(expected[i])));
        }
    }
}
