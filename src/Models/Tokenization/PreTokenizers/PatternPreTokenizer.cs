using VisionCluster.Models.Tokenization.Patterns;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.PreTokenizers;

/// <summary><c>Split</c>: cuts at a pattern, or (inverted) at what lies between its matches.</summary>
internal sealed class PatternPreTokenizer(TextPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public void Split(ReadOnlySpan<char> text, ReadOnlySpan<TextFlags> flags, PieceList output)
    {
        pattern.FindMatches(text, output.Matches);
        Splitter.Split(text, flags, behavior, invert, output);
    }
}
