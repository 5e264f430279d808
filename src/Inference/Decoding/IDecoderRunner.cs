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

    /// <summary>
    /// However a sequence is cut into runs (chunks of a prompt, single steps, guesses that are checked together), its KV and logits are the
    /// same to the last bit. Default false.
    /// </summary>
    bool IsExact => false;

    /// <summary>
    /// Fewest tokens of a chunk that are computed by the very arithmetic of longer ones, so that it does not matter into which chunks a prompt
    /// is cut. Default 1.
    /// </summary>
    int MinExactChunk => 1;

    /// <summary>
    /// The KV of an answer serves no later prompt that quotes it: steps of a single token come out so differently from a prompt's chunks that
    /// other tokens would follow, for activations that are rounded to 8 bits turn a last bit into a step. Default false.
    /// </summary>
    bool KeepsAnswersPrivate => false;

    /// <summary>
    /// Whether <see cref="Run"/> works, and costs less than its parts one after the other: weights are read once for all of them. Default false.
    /// </summary>
    bool MixesRuns => false;

    /// <summary>Most rows of logits that one <see cref="Extend"/> can return: what a speculation may check at once. Default 1.</summary>
    int LogitRows => 1;

    /// <summary>
    /// Tokens that share a page of KV memory, where pages cost nothing until they are written and <see cref="Trim"/> gives them back; 0 where
    /// the whole pool is paid for anyway. Default 0.
    /// </summary>
    int PageTokens => 0;

    /// <summary>Whether KV can be read out of slots and written back. Default false.</summary>
    bool CanTransfer => false;

    /// <summary>
    /// Model, precision and layout of what <see cref="ReadKv"/> reads: a runner with the same name, in any process, can
    /// <see cref="WriteKv"/> it. Empty where no other can. Default empty.
    /// </summary>
    string KvFormat => "";

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

    /// <summary>
    /// Appends tokens of an answer to <paramref name="slot"/> and returns the logits of the last of them: as many rows as
    /// <paramref name="logits"/> holds, at most <see cref="LogitRows"/>. Close to what <see cref="Decode"/> would give one by one, not equal to
    /// the last bit.
    /// </summary>
    /// <param name="slot">Any slot.</param>
    /// <param name="past">Tokens already in the slot, at least one; what stood behind them is overwritten.</param>
    /// <param name="embeddings"><c>[tokens, hidden]</c>; at least one token.</param>
    /// <param name="logits"><c>[rows, vocabulary]</c> of the last tokens; empty when nobody needs them.</param>
    void Extend(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits) => Prefill(slot, past, embeddings, logits);

    /// <summary>One token for each of the slots 0..<paramref name="tokenIds"/>.Length−1 (at least one).</summary>
    /// <param name="tokenIds">The newest token of every row.</param>
    /// <param name="past">Tokens already in every row's slot (at least one each).</param>
    /// <param name="logits"><c>[rows, vocabulary]</c>.</param>
    void Decode(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past, Span<float> logits);

    /// <summary>Appends tokens to several slots at once, to each as many as its run says; see <see cref="MixesRuns"/>.</summary>
    /// <param name="runs">At least one; no slot twice.</param>
    /// <param name="embeddings"><c>[tokens, hidden]</c>, one sequence's behind the other's.</param>
    /// <param name="logits"><c>[rows, vocabulary]</c>: the rows that runs want, in their order.</param>
    void Run(ReadOnlySpan<SlotRun> runs, ReadOnlySpan<float> embeddings, Span<float> logits) => throw new NotSupportedException();

    /// <summary>Copies the first <paramref name="tokens"/> tokens of a slot to another.</summary>
    void CopySlot(int source, int destination, int tokens);

    /// <summary>Exchanges two slots' contents.</summary>
    void SwapSlots(int first, int second, int firstTokens, int secondTokens);

    /// <summary>Reads the KV of tokens out of a slot: <see cref="KvBytesPerToken"/> bytes each, in an order of the runner's own.</summary>
    void ReadKv(int slot, int start, int tokens, Span<byte> destination) => throw new NotSupportedException();

    /// <summary>Writes KV that <see cref="ReadKv"/> read, for the same number of tokens, to any slot and position.</summary>
    void WriteKv(int slot, int start, int tokens, ReadOnlySpan<byte> source) => throw new NotSupportedException();

    /// <summary>Gives back the memory behind the first <paramref name="tokens"/> tokens of a slot; see <see cref="PageTokens"/>.</summary>
    void Trim(int slot, int tokens)
    {
    }
}
