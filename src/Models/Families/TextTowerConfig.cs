using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Models.Families;

/// <summary>A text encoder's configuration: its layers, vocabulary and learned positions.</summary>
internal sealed record TextTowerConfig(TransformerOptions Layers, int VocabularySize, int MaxTokens)
{
    public int HiddenSize => Layers.HiddenSize;

    /// <summary>Reads the names that all families but DistilBERT share.</summary>
    public static TextTowerConfig Read(ConfigSection config, TransformerOptions defaults, int vocabulary, int maxTokens) => new(
        TransformerOptions.Read(config, defaults),
        config.Size("vocab_size", vocabulary),
        config.Size("max_position_embeddings", maxTokens));

    public TextEncoderManifest Manifest(IReadOnlyList<FeatureSpan> features, bool mask, bool types, bool pad) => new()
    {
        VocabularySize = VocabularySize,
        MaxTokens = MaxTokens,
        HiddenSize = HiddenSize,
        Layers = Layers.Layers,
        Heads = Layers.Heads,
        AttentionMask = mask,
        TokenTypes = types,
        PadToMaxTokens = pad,
        Features = features,
    };
}
