namespace VisionCluster.Models.Tokenization;

/// <summary>
/// Turns token ids into text as they arrive. Every complete character is returned at once; only an unfinished UTF-8 sequence is held back.
/// The pieces joined equal decoding all ids at once. Not thread-safe; one per generation.
/// </summary>
public interface ITokenTextStream
{
    /// <summary>Text that <paramref name="tokenId"/> completes; empty while a character is unfinished, or for a skipped special token.</summary>
    string Append(int tokenId);

    /// <summary>What is still held back at the end (U+FFFD for an unfinished sequence).</summary>
    string Complete();
}
