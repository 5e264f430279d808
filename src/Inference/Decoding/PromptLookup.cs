namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Guesses how a text goes on by finding what followed when it last said the same (prompt lookup decoding, Saxena 2023): answers quote
/// their prompts and repeat themselves.
/// </summary>
internal static class PromptLookup
{
    private const int LongestMatch = 4;
    private const int ShortestMatch = 2;

    /// <summary>Writes what followed the latest earlier occurrence of the text's last tokens, and goes on in the same way behind the text's end.</summary>
    /// <param name="text">All tokens so far.</param>
    /// <param name="draft">Filled, or not touched.</param>
    /// <returns>Whether there was such an occurrence.</returns>
    public static bool TryDraft(ReadOnlySpan<int> text, Span<int> draft)
    {
        for (var length = Math.Min(LongestMatch, text.Length - 1); length >= ShortestMatch; length--)
        {
            var found = text[..^1].LastIndexOf(text[^length..]);
            if (found < 0)
                continue;
            var next = found + length;
            for (var i = 0; i < draft.Length; i++, next++)
                draft[i] = next < text.Length ? text[next] : draft[next - text.Length];
            return true;
        }
        return false;
    }
}
