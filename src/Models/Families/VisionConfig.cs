using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Families;

/// <summary>A SigLIP-style vision tower's configuration (Zhai et al., 2023), as Idefics2, Idefics3 and SmolVLM use it.</summary>
internal sealed record VisionConfig
{
    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int Channels { get; init; }

    public required int ImageSize { get; init; }

    public required int PatchSize { get; init; }

    public required string Activation { get; init; }

    public required float LayerNormEpsilon { get; init; }

    /// <summary>Patches along one side of the position table.</summary>
    public int Side => ImageSize / PatchSize;

    /// <summary>Reads <c>vision_config</c>; defaults are those of transformers' Idefics3VisionConfig.</summary>
    public static VisionConfig ReadIdefics3(ConfigSection? section)
    {
        var config = section ?? throw new ModelException("config.json lacks vision_config.");
        var result = new VisionConfig
        {
            HiddenSize = config.Size("hidden_size", 1152),
            IntermediateSize = config.Size("intermediate_size", 3072),
            Layers = config.Size("num_hidden_layers", 12),
            Heads = config.Size("num_attention_heads", 16),
            Channels = config.Size("num_channels", 3),
            ImageSize = config.Size("image_size", 224),
            PatchSize = config.Size("patch_size", 32),
            Activation = config.String("hidden_act", "gelu_pytorch_tanh"),
            LayerNormEpsilon = (float)config.Number("layer_norm_eps", 1e-6),
        };
        Activations.Require(result.Activation, "vision_config: hidden_act");

        // The processor's sizes and a switch of the training code stand in real files; the tower does not read them.
        config.RefuseUnknown("max_image_size", "size", "tie_word_embeddings", "use_base_siglip");
        if (result.Channels != 3 || result.HiddenSize % result.Heads != 0 || result.Side == 0)
        {
            throw new ModelException(
                $"config.json: vision_config needs 3 channels (has {result.Channels}), a hidden size that its {result.Heads} heads divide "
                + $"({result.HiddenSize}), and a patch no larger than the image.");
        }

        return result;
    }
}
