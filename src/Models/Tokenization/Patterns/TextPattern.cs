using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Tokenization.Patterns;

/// <summary>What a <c>Split</c> or <c>Replace</c> looks for.</summary>
internal abstract class TextPattern
{
    /// <summary>Writes the matches, in order and not overlapping.</summary>
    public abstract void FindMatches(ReadOnlySpan<char> text, List<TextSpan> matches);

    /// <summary>A string that must occur literally; the empty one matches between all characters.</summary>
    public static TextPattern FromLiteral(string literal) =>
        literal.Length == 0 ? RegexPattern.FromOniguruma("") : new LiteralPattern(literal);
}
