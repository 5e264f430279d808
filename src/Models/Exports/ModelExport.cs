namespace VisionCluster.Models.Exports;

/// <summary>The graphs of a ready-made ONNX export (the layout of Optimum and transformers.js).</summary>
public sealed record ModelExport
{
    public required DecoderExport Decoder { get; init; }

    /// <summary>Only beside a decoder that takes embeddings.</summary>
    public EmbedderExport? Embedder { get; init; }

    /// <summary>Only for a vision-language model.</summary>
    public EncoderExport? Encoder { get; init; }
}
