using System.Text.Json;
using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Families;

/// <summary>LLaVA's tower, and which of its hidden states the projector reads.</summary>
/// <param name="Config">The tower.</param>
/// <param name="IsClip">CLIP, with a class token; SigLIP otherwise.</param>
/// <param name="FeatureLayers">Indices among the hidden states: 0 is the input of layer 0, i + 1 the output of layer i.</param>
/// <param name="DropFirst">The <c>default</c> strategy leaves out the first token, CLIP's class; <c>full</c> keeps all.</param>
internal sealed record LlavaVision(VisionConfig Config, bool IsClip, IReadOnlyList<int> FeatureLayers, bool DropFirst)
{
    /// <summary>Image tokens.</summary>
    public int Tokens => Config.Patches + (IsClip ? 1 : 0) - (DropFirst ? 1 : 0);

    /// <summary>Width of the projector's input.</summary>
    public int FeatureSize => Config.HiddenSize * FeatureLayers.Count;

    public static LlavaVision Read(ConfigSection config)
    {
        var section = config.Section("vision_config") ?? throw new ModelException("config.json lacks vision_config.");
        var type = section.String("model_type", "clip_vision_model");
        var tower = type switch
        {
            "clip_vision_model" => VisionConfig.ReadClip(section),
            "siglip_vision_model" => ReadSiglip(section),
            _ => throw new ModelException(
                $"config.json: a vision tower of type {type} is not supported (clip_vision_model, siglip_vision_model)."),
        };
        var strategy = config.String("vision_feature_select_strategy", "default");
        if (strategy is not ("default" or "full"))
        {
            throw new ModelException($"config.json: vision_feature_select_strategy = {strategy} is not supported (default, full).");
        }

        var layers = Layers(config.Raw("vision_feature_layer"), tower.Layers.Layers);
        return new LlavaVision(tower, type == "clip_vision_model", layers, strategy == "default");
    }

    private static VisionConfig ReadSiglip(ConfigSection section)
    {
        // Its pooling head is not in the way: LLaVA reads hidden states.
        _ = section.Bool("vision_use_head", true);
        return VisionConfig.ReadSiglip(section);
    }

    /// <summary>One index or several, negative ones from the end.</summary>
    private static List<int> Layers(JsonElement? element, int layers)
    {
        var layer = element ?? JsonElement.Parse("-2");
        var indices = layer.ValueKind == JsonValueKind.Array ? layer.EnumerateArray().ToList() : [layer];
        return indices.Count > 0 ? indices.ConvertAll(index => Layer(index, layers))
            : throw new ModelException("config.json: vision_feature_layer is empty.");
    }

    private static int Layer(JsonElement index, int layers) =>
        index.ValueKind == JsonValueKind.Number && index.TryGetInt32(out var layer) && layer >= -layers - 1 && layer <= layers
            ? (layer < 0 ? layer + layers + 1 : layer)
            : throw new ModelException($"config.json: vision_feature_layer {index} is not one of the tower's {layers + 1} hidden states.");
}
