namespace VisionCluster.Models.Compilation;

/// <summary>What a family compiled: the manifest's parts that follow from its configuration.</summary>
internal sealed record ModelParts
{
    public DecoderManifest? Decoder { get; init; }

    public EncoderManifest? Encoder { get; init; }

    public VisionEncoderManifest? Vision { get; init; }

    public TextEncoderManifest? Text { get; init; }

    public IReadOnlyList<string>? Labels { get; init; }

    public SimilarityManifest? Similarity { get; init; }
}
