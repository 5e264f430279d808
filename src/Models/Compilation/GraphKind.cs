namespace VisionCluster.Models.Compilation;

/// <summary>The graphs that a compiled model may have.</summary>
public enum GraphKind
{
    /// <summary>Tower and connector of a vision-language model.</summary>
    Encoder,

    /// <summary>The encoder with every layer as an output.</summary>
    EncoderInspection,

    /// <summary>Over a key-value cache; logits of wanted rows.</summary>
    Decoder,

    /// <summary>The decoder over a key-value cache of halves; only with our own operators.</summary>
    DecoderHalfCache,

    /// <summary>The decoder over a key-value cache of 8-bit integers; not for models whose prompts look both ways.</summary>
    DecoderEightBitCache,

    /// <summary>One whole prompt whose tokens look at each other, written into a slot of the key-value cache.</summary>
    DecoderPrefix,

    /// <summary>One prompt without a cache; every layer, and logits at every position.</summary>
    DecoderInspection,

    /// <summary>An image's feature vector.</summary>
    VisionEncoder,

    /// <summary>The vision encoder with every layer as an output.</summary>
    VisionEncoderInspection,

    /// <summary>A text's feature vector.</summary>
    TextEncoder,

    /// <summary>The text encoder with every layer as an output.</summary>
    TextEncoderInspection,
}
