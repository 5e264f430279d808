using VisionCluster.Models.Templates;
using VisionCluster.Models.Tokenization.Patterns;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.PreTokenizers;

/// <summary><c>ByteLevel</c>: GPT-2's split (unless switched off), then every UTF-8 byte as a character of its alphabet.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : IPreTokenizer
{
    public void Split(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, PieceList output)
    {
        if (!addPrefixSpace || text.StartsWith(' '))
        {
            SplitBytes(text, flags, output);
            return;
        }

        var spaced = new TextBuffer();
        spaced.Append(' ', flags[0]);
        spaced.Append(text, flags);
        SplitBytes(spaced.Text, spaced.Flags, output);
    }

    private void SplitBytes(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, PieceList output)
    {
        output.Matches.Clear();
        if (useRegex)
            RegexPattern.Gpt2.FindMatches(text, output.Matches);
        var done = 0;
        foreach (var match in output.Matches)
        {
            AddBytes(text, flags, new TextSpan(done, match.Start - done), output);
            AddBytes(text, flags, match, output);
            done = match.End;
        }

        AddBytes(text, flags, new TextSpan(done, text.Length - done), output);
    }

    private static void AddBytes(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, TextSpan part, PieceList output)
    {
        var start = output.Buffer.Length;
        ByteAlphabet.Append(text.Slice(part.Start, part.Length), flags.Slice(part.Start, part.Length), output.Buffer);
        output.EndPiece(start);
    }
}
