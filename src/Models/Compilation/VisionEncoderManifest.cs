using VisionCluster.Models.Families;

namespace VisionCluster.Models.Compilation;

/// <summary>A vision encoder that classifies or embeds (ViT, CLIP, SigLIP): one feature vector for each image.</summary>
public sealed record VisionEncoderManifest
{
    public required int Height { get; init; }

    public required int Width { get; init; }

    public required int PatchHeight { get; init; }

    public required int PatchWidth { get; init; }

    public required int HiddenSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    /// <summary>Whether hidden states begin with a class token, before the patches.</summary>
    public required bool ClassToken { get; init; }

    /// <summary>What the feature vector holds, in order.</summary>
    public required IReadOnlyList<FeatureSpan> Features { get; init; }

    internal static VisionEncoderManifest Of(VisionConfig config, bool classToken, IReadOnlyList<FeatureSpan> features) => new()
    {
        Height = config.Height,
        Width = config.Width,
        PatchHeight = config.PatchHeight,
        PatchWidth = config.PatchWidth,
        HiddenSize = config.HiddenSize,
        Layers = config.Layers.Layers,
        Heads = config.Layers.Heads,
        ClassToken = classToken,
        Features = features,
    };
}
