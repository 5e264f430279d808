namespace VisionCluster.Models.Compilation;

/// <summary>The decoder graph's sizes.</summary>
public sealed record DecoderManifest
{
    public required int HiddenSize { get; init; }

    public required int VocabularySize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    /// <summary>Width of a head in the key-value cache.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Longest context in tokens.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Where the embedding table <c>[vocabulary, hidden]</c> (float32) begins in the weight file.</summary>
    public required long EmbeddingOffset { get; init; }

    /// <summary>Bytes of the weights that a decode step reads.</summary>
    public long WeightBytes { get; init; }

    /// <summary>Factor of text embeddings (not of image features) on their way from the table into the graph: √hidden for Gemma.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>Whether the serving graph attends by our own operator, to which it is the same how a sequence was cut into runs, and who shares a run.</summary>
    public bool HasSlotAttention { get; init; }

    /// <summary>Whether the serving graph computes in halves and keeps keys and values in them, for a GPU.</summary>
    public bool IsHalf { get; init; }

    /// <summary>
    /// A prompt's tokens look at each other in both directions (PaliGemma): a prompt is prefilled in one chunk over an empty slot, by
    /// <see cref="GraphKind.DecoderPrefix"/>, and what is in a slot can serve no other prompt. Generated tokens are causal.
    /// </summary>
    public bool BidirectionalPrefix { get; init; }
}
