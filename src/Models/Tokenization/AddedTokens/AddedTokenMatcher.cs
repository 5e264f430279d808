using System.Buffers;
using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.AddedTokens;

/// <summary>Cuts added tokens out of text: leftmost first, the longest of those, as the tokenizers library does.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly CharTrie _trie = new();
    private readonly AddedToken[] _tokens;
    private readonly SearchValues<char> _firstUnits;

    public AddedTokenMatcher(IReadOnlyList<(string Text, AddedToken Token)> tokens)
    {
        _tokens = [.. tokens.Select(token => token.Token)];
        for (var i = 0; i < tokens.Count; i++)
            _trie.Add(tokens[i].Text, i);
        _firstUnits = SearchValues.Create([.. tokens.Select(token => token.Text[0]).Distinct()]);
    }

    /// <summary>Writes the tokens found and the text between them; special ones do not count where a user wrote any part.</summary>
    public void Split(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, PieceList output)
    {
        int done = 0, position = 0;
        while (TryFind(text, ref position, out var match, out var token))
        {
            if (token.Special && TouchesUser(flags.Slice(match.Start, match.Length)))
            {
                position = EndOfIgnored(flags, match);
                continue;
            }

            position = match.End;
            if (token.SingleWord && IsInsideWord(text, match))
                continue;
            var start = token.StripLeft ? Math.Max(match.Start - SpacesBefore(text, match.Start), done) : match.Start;
            var end = token.StripRight ? match.End + SpacesAt(text, match.End) : match.End;
            if (done < start)
                output.Add(text[done..start], flags[done..start]);
            output.AddToken(token.Id);
            done = end;
        }

        output.Add(text[done..], flags[done..]);
    }

    private bool TryFind(ReadOnlySpan<char> text, ref int position, out TextSpan match, out AddedToken token)
    {
        while (text[position..].IndexOfAny(_firstUnits) is >= 0 and var skipped)
        {
            position += skipped;
            if (_trie.MatchLongest(text[position..], out var index) is > 0 and var length)
            {
                match = new TextSpan(position, length);
                token = _tokens[index];
                return true;
            }

            position++;
        }

        match = default;
        token = null!;
        return false;
    }

    /// <summary>
    /// Behind an ignored token the search goes on at its end, but no later than where trusted text begins again: what a user wrote must
    /// not hide the template's own tokens.
    /// </summary>
    private static int EndOfIgnored(ReadOnlySpan<TextFlags> flags, TextSpan match)
    {
        for (var i = match.Start + 1; i < match.End; i++)
        {
            if ((flags[i] & TextFlags.User) == 0 && (flags[i - 1] & TextFlags.User) != 0)
                return i;
        }

        return match.End;
    }

    private static bool TouchesUser(ReadOnlySpan<TextFlags> flags)
    {
        foreach (var flag in flags)
        {
            if ((flag & TextFlags.User) != 0)
                return true;
        }

        return false;
    }

    private static bool IsInsideWord(ReadOnlySpan<char> text, TextSpan match) =>
        (match.Start > 0 && CodePoints.IsWord(CodePoints.Before(text, match.Start)))
        || (match.End < text.Length && CodePoints.IsWord(CodePoints.At(text, match.End, out _)));

    private static int SpacesBefore(ReadOnlySpan<char> text, int end) => end - text[..end].TrimEnd().Length;

    private static int SpacesAt(ReadOnlySpan<char> text, int start) => text.Length - start - text[start..].TrimStart().Length;
}
