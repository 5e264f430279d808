using System.Runtime.InteropServices;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary><c>WordPiece</c>: the longest token that fits, again and again; a word that cannot be covered is one unknown token.</summary>
internal sealed class WordPieceModel(Vocabulary vocabulary, int unknownId, string continuingPrefix, int longestWord) : ITokenModel
{
    private readonly WordCache _cache = new();

    public Vocabulary Vocabulary => vocabulary;

    public void Tokenize(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (_cache.TryAppend(piece, ids))
            return;
        var before = ids.Count;
        if (CodePoints.Count(piece) > longestWord || !TryCover(piece, ids))
        {
            ids.RemoveRange(before, ids.Count - before);
            ids.Add(unknownId);
        }

        _cache.Store(piece, CollectionsMarshal.AsSpan(ids)[before..]);
    }

    private bool TryCover(ReadOnlySpan<char> word, List<int> ids)
    {
        var buffer = new char[continuingPrefix.Length + Math.Min(word.Length, vocabulary.LongestToken)];
        for (var start = 0; start < word.Length;)
        {
            var prefix = start == 0 ? "" : continuingPrefix;
            var length = Math.Min(word.Length - start, vocabulary.LongestToken - prefix.Length);
            prefix.CopyTo(buffer);
            if (length > 0)
                word.Slice(start, length).CopyTo(buffer.AsSpan(prefix.Length));
            while (length > 0 && !TryAppend(buffer.AsSpan(0, prefix.Length + length), ids))
                length--;
            if (length <= 0)
                return false;
            start += length;
        }

        return true;
    }

    private bool TryAppend(ReadOnlySpan<char> token, List<int> ids)
    {
        if (char.IsHighSurrogate(token[^1]) || !vocabulary.TryFind(token, out var id))
            return false;
        ids.Add(id);
        return true;
    }
}
