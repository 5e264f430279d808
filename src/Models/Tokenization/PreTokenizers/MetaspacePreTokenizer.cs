using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.PreTokenizers;

/// <summary><c>Metaspace</c>: SentencePiece's mark for spaces, put at the start as the scheme says; pieces begin at the marks.</summary>
internal sealed class MetaspacePreTokenizer(string mark, PrependScheme scheme, bool split) : IPreTokenizer
{
    public void Split(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, PieceList output)
    {
        var start = output.Buffer.Length;
        if (!text.StartsWith(' ') && !text.StartsWith(mark) && IsPrepended(flags[0]))
            output.Buffer.Append(mark, flags[0]);
        for (var i = 0; i < text.Length; i++)
        {
            if (split && StartsWithMark(text[i..]) && output.Buffer.Length > start)
            {
                output.EndPiece(start);
                start = output.Buffer.Length;
            }

            if (text[i] == ' ')
                output.Buffer.Append(mark, flags[i]);
            else
                output.Buffer.Append(text[i], flags[i]);
        }

        output.EndPiece(start);
    }

    private bool IsPrepended(TextFlags first) => scheme switch
    {
        PrependScheme.Always => true,
        PrependScheme.First => (first & TextFlags.Start) != 0,
        _ => false,
    };

    private bool StartsWithMark(ReadOnlySpan<char> text) => text[0] == ' ' || (text[0] == mark[0] && text.StartsWith(mark));
}
