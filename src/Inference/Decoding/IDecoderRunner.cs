namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Runs the decoder graph over a KV pool of equal slots. Called from the engine's thread only. Slots 0..n−1 hold the sequences that
/// decode together; any other slot can be prefilled. Positions past a slot's length hold garbage and are never read.
/// </summary>
public interface IDecoderRunner : IDisposable
{
    int HiddenSize { get; }

    int VocabularySize { get; }

    /// <summary>KV slots in the pool.</summary>
    int SlotCount { get; }

    /// <summary>Tokens that one slot holds: the longest context.</summary>
    int SlotCapacity { get; }

    /// <summary>KV bytes of one token in one slot, all layers.</summary>
    long KvBytesPerToken { get; }

    /// <summary>
    /// A prompt's tokens look at each other in both directions: a prompt must be prefilled in one chunk over an empty slot (past 0), and what
    /// is in a slot can serve no other prompt. Chunks over a past are causal. Default false.
    /// </summary>
    bool BidirectionalPrefix => false;

    /// <summary>Copies embedding rows of <paramref name="tokenIds"/> into <paramref name="destination"/> <c>[tokens, hidden]</c>.</summary>
    void Embed(ReadOnlySpan<int> tokenIds, Span<float> destination);

    /// <summary>
    /// Appends a chunk of one sequence to <paramref name="slot"/>, whose first <paramref name="past"/> tokens are already there.
    /// </summary>
    /// <param name="slot">Any slot.</param>
    /// <param name="past">Tokens already in the slot.</param>
    /// <param name="embeddings"><c>[tokens, hidden]</c>; at least one token.</param>
    /// <param name="logits">Receives the last token's logits <c>[vocabulary]</c>; empty when nobody needs them.</param>
    void Prefill(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits);

    /// <summary>One token for each of the slots 0..<paramref name="tokenIds"/>.Length−1 (at least one).</summary>
    /// <param name="tokenIds">The newest token of every row.</param>
    /// <param name="past">Tokens already in every row's slot (at least one each).</param>
    /// <param name="logits"><c>[rows, vocabulary]</c>.</param>
    void Decode(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past, Span<float> logits);

    /// <summary>Copies the first <paramref name="tokens"/> tokens of a slot to another.</summary>
    void CopySlot(int source, int destination, int tokens);

    /// <summary>Exchanges two slots' contents.</summary>
    void SwapSlots(int first, int second, int firstTokens, int secondTokens);
}
