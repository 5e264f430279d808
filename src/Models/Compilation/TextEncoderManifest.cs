namespace VisionCluster.Models.Compilation;

/// <summary>A text encoder (BERT, DistilBERT, the text towers of CLIP and SigLIP): one feature vector for each text.</summary>
public sealed record TextEncoderManifest
{
    public required int VocabularySize { get; init; }

    /// <summary>Rows of the position table: longer texts are truncated.</summary>
    public required int MaxTokens { get; init; }

    public required int HiddenSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    /// <summary>Whether the graph takes <c>attention_mask</c>; without one every token counts, padding too.</summary>
    public required bool AttentionMask { get; init; }

    /// <summary>Whether the graph takes <c>token_type_ids</c>.</summary>
    public required bool TokenTypes { get; init; }

    /// <summary>Texts are padded to <see cref="MaxTokens"/>: the model was trained so, and pools at the last position (SigLIP).</summary>
    public required bool PadToMaxTokens { get; init; }

    /// <summary>What the feature vector holds, in order.</summary>
    public required IReadOnlyList<FeatureSpan> Features { get; init; }
}
