using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.PreTokenizers;

/// <summary><c>Digits</c>, <c>Punctuation</c>, <c>WhitespaceSplit</c>: cuts at single characters of one kind.</summary>
internal sealed class CodePointPreTokenizer(Func<int, bool> isDelimiter, SplitBehavior behavior) : IPreTokenizer
{
    public void Split(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, PieceList output) =>
        Splitter.Split(text, flags, isDelimiter, behavior, output);
}
