using System.Text.Json;
using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Families;

/// <summary>A vision transformer's configuration: its layers, and the image that it cuts into patches.</summary>
internal sealed record VisionConfig
{
    public required TransformerOptions Layers { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    public required int PatchHeight { get; init; }

    public required int PatchWidth { get; init; }

    public int HiddenSize => Layers.HiddenSize;

    /// <summary>Rows of the patch grid that the position table is for.</summary>
    public int Rows => Height / PatchHeight;

    public int Columns => Width / PatchWidth;

    public int Patches => Rows * Columns;

    /// <summary>Colours; a processor makes nothing else.</summary>
    public const int Channels = 3;

    /// <summary><c>vision_config</c> of Idefics2, as transformers' Idefics2VisionConfig.</summary>
    public static VisionConfig ReadIdefics2(ConfigSection config) =>
        Read(config, Siglip(768, 3072, 12, 12), 224, 32, "tie_word_embeddings");

    /// <summary>
    /// <c>vision_config</c> of Idefics3 and SmolVLM, as transformers' Idefics3VisionConfig. The processor's sizes and a switch of the
    /// training code stand in real files; the tower does not read them.
    /// </summary>
    public static VisionConfig ReadIdefics3(ConfigSection config) =>
        Read(config, Siglip(1152, 3072, 12, 16), 224, 32, "max_image_size", "size", "tie_word_embeddings", "use_base_siglip");

    /// <summary>SigLIP's tower (SiglipVisionConfig). PaliGemma's and LLaVA's files hold sizes of their projectors too.</summary>
    public static VisionConfig ReadSiglip(ConfigSection config) => Read(
        config,
        Siglip(768, 3072, 12, 12),
        224,
        16,
        "num_image_tokens",
        "projection_dim",
        "projector_hidden_act",
        "tie_word_embeddings",
        "vocab_size");

    /// <summary>CLIP's tower (CLIPVisionConfig).</summary>
    public static VisionConfig ReadClip(ConfigSection config)
    {
        var defaults = Siglip(768, 3072, 12, 12) with { Activation = "quick_gelu", LayerNormEpsilon = 1e-5f };
        return Read(config, defaults, 224, 32, "projection_dim", "tie_word_embeddings", "vocab_size");
    }

    /// <summary>ViT (ViTConfig). The caller refuses unknown options.</summary>
    public static VisionConfig ReadVit(ConfigSection config)
    {
        var defaults = Siglip(768, 3072, 12, 12) with { Activation = "gelu", LayerNormEpsilon = 1e-12f };
        var result = ReadSizes(config, defaults, 224, 16);
        return result with { Layers = result.Layers with { QkvBias = config.Bool("qkv_bias", true) } };
    }

    private static TransformerOptions Siglip(int hidden, int intermediate, int layers, int heads) => new()
    {
        HiddenSize = hidden,
        IntermediateSize = intermediate,
        Layers = layers,
        Heads = heads,
        Activation = "gelu_pytorch_tanh",
        LayerNormEpsilon = 1e-6f,
    };

    private static VisionConfig Read(
        ConfigSection config, TransformerOptions defaults, int image, int patch, params ReadOnlySpan<string> unread)
    {
        var result = ReadSizes(config, defaults, image, patch);
        config.RefuseUnknown(unread.ToArray());
        return result.Height == result.Width && result.PatchHeight == result.PatchWidth ? result
            : throw new ModelException("config.json: vision_config: image_size and patch_size must be one number each in this family.");
    }

    private static VisionConfig ReadSizes(ConfigSection config, TransformerOptions defaults, int image, int patch)
    {
        config.RequireOnly("num_channels", "3");
        var (height, width) = Pair(config, "image_size", image);
        var (patchHeight, patchWidth) = Pair(config, "patch_size", patch);
        if (patchHeight > height || patchWidth > width)
        {
            throw new ModelException($"config.json: a patch of {patchWidth}×{patchHeight} is larger than the image of {width}×{height}.");
        }

        return new VisionConfig
        {
            Layers = TransformerOptions.Read(config, defaults),
            Height = height,
            Width = width,
            PatchHeight = patchHeight,
            PatchWidth = patchWidth,
        };
    }

    /// <summary>One size for both sides, or [height, width].</summary>
    private static (int Height, int Width) Pair(ConfigSection config, string key, int fallback)
    {
        if (config.Raw(key) is not { ValueKind: JsonValueKind.Array } sides)
        {
            var side = config.Size(key, fallback);
            return (side, side);
        }

        return sides.GetArrayLength() == 2 && Side(sides[0]) is { } height && Side(sides[1]) is { } width ? (height, width)
            : throw new ModelException($"config.json: {key} is {sides}; it must be a size, or a height and a width.");

        static int? Side(JsonElement element) =>
            element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var side) && side is > 0 and <= 1 << 24 ? side : null;
    }
}
