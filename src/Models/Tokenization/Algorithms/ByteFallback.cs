using System.Text;

namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary>Byte tokens (<c>&lt;0x0A&gt;</c>) for text that the vocabulary does not have.</summary>
internal sealed class ByteFallback(Vocabulary vocabulary)
{
    private readonly int[] _tokens = vocabulary.ByteTokens();

    /// <summary>Appends one token for each UTF-8 byte, or nothing (false) when the vocabulary lacks one of them.</summary>
    public bool TryAppend(ReadOnlySpan<char> text, List<int> ids)
    {
        var before = ids.Count;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var part in bytes[..rune.EncodeToUtf8(bytes)])
            {
                if (_tokens[part] < 0)
                {
                    ids.RemoveRange(before, ids.Count - before);
                    return false;
                }

                ids.Add(_tokens[part]);
            }
        }

        return true;
    }
}
