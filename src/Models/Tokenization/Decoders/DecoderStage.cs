namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary>
/// One step of a decoder at work. Tokens come in one by one, or in fragments where an earlier step (Fuse) made one token of many: the
/// first fragment starts the token, the last one ends it, and what never ends is ended by <see cref="Flush"/>. Text goes on to the next
/// step as early as it can.
/// </summary>
internal abstract class DecoderStage
{
    public abstract void Push(ReadOnlySpan<char> text, bool starts, bool ends);

    /// <summary>No more tokens come: passes on what is held back, then flushes the next step.</summary>
    public abstract void Flush();
}
