using System.Text.Json.Nodes;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Tests.Families;

/// <summary>Where CLIP pools a text: at the first end token, or with the id 2 of old repositories at the highest id.</summary>
public class ClipPoolingTests
{
    [Theory]
    [InlineData("7", 3)] // the first of two
    [InlineData("9", 0)] // not there at all: the first position, as the reference's argmax says
    [InlineData("2", 4)] // the highest id, the first of two
    [InlineData(null, 0)] // the class default, 49407, is not there
    public void TextFeatures_WithEndTokenId_PoolAtItsPosition(string? endTokenId, int position)
    {
        var text = JsonNode.Parse(
            """{"hidden_size":16,"intermediate_size":20,"num_hidden_layers":2,"num_attention_heads":2,"vocab_size":12,"max_position_embeddings":10,"hidden_act":"gelu"}""")!.AsObject();
        var vision = JsonNode.Parse(
            """{"hidden_size":16,"intermediate_size":20,"num_hidden_layers":1,"num_attention_heads":2,"image_size":8,"patch_size":4}""")!.AsObject();
        if (endTokenId is not null)
        {
            text["eos_token_id"] = JsonNode.Parse(endTokenId);
        }

        var config = new JsonObject { ["model_type"] = "clip", ["projection_dim"] = 6, ["text_config"] = text, ["vision_config"] = vision };
        using var checkpoint = new RandomCheckpoint(config);
        Fill(checkpoint, text, vision);
        var model = new ModelCompiler(new ModelCompilerOptions { CacheFolder = checkpoint.CacheFolder }).Compile(checkpoint.Write());
        using var inspector = new ModelInspector(model, DeviceOptions.Cpu);
        var batch = new TextBatch(1, 7, [0, 4, 2, 7, 11, 7, 11], [1, 1, 1, 1, 1, 1, 1], new long[7]);

        var shown = inspector.EncodeTexts(batch).ToDictionary(tensor => tensor.Name);

        Assert.Equal(shown["text_final"].Values[(position * 16)..((position + 1) * 16)], shown["pooled"].Values);
        Assert.Equal(1, shown["embeds"].Values.Sum(value => (double)value * value), 1e-5);
    }

    private static void Fill(RandomCheckpoint checkpoint, JsonObject text, JsonObject vision)
    {
        checkpoint.Add("text_model.embeddings.token_embedding.weight", 12, 16);
        checkpoint.Add("text_model.embeddings.position_embedding.weight", 10, 16);
        RandomTower.AddClipLayers(checkpoint, text, "text_model");
        checkpoint.AddNorm("text_model.final_layer_norm", 16);
        checkpoint.Add("vision_model.embeddings.class_embedding", 16);
        checkpoint.Add("vision_model.embeddings.patch_embedding.weight", 16, 3, 4, 4);
        checkpoint.Add("vision_model.embeddings.position_embedding.weight", 5, 16);
        checkpoint.AddNorm("vision_model.pre_layrnorm", 16);
        RandomTower.AddClipLayers(checkpoint, vision, "vision_model");
        checkpoint.AddNorm("vision_model.post_layernorm", 16);
        checkpoint.AddLinear("visual_projection", 16, 6, bias: false);
        checkpoint.AddLinear("text_projection", 16, 6, bias: false);
        checkpoint.Add("logit_scale", 1);
    }
}
