using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.PreTokenizers;

/// <summary><c>Whitespace</c>: runs of word characters and runs of other ones (<c>\w+|[^\w\s]+</c>), no white space.</summary>
internal sealed class WhitespacePreTokenizer : IPreTokenizer
{
    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    public void Split(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, PieceList output)
    {
        var start = 0;
        var last = Kind.Space;
        for (int i = 0, length; i < text.Length; i += length)
        {
            var codePoint = CodePoints.At(text, i, out length);
            var kind = CodePoints.IsWord(codePoint) ? Kind.Word : CodePoints.IsWhiteSpace(codePoint) ? Kind.Space : Kind.Other;
            if (kind == last)
                continue;
            if (last != Kind.Space)
                output.Add(text[start..i], flags[start..i]);
            (start, last) = (i, kind);
        }

        if (last != Kind.Space)
            output.Add(text[start..], flags[start..]);
    }
}
