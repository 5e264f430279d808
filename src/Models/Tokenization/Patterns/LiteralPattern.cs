using VisionCluster.Models.Templates;

namespace VisionCluster.Models.Tokenization.Patterns;

/// <summary>A string that must occur as it is.</summary>
internal sealed class LiteralPattern(string literal) : TextPattern
{
    public string Literal { get; } = literal;

    public override void FindMatches(ReadOnlySpan<char> text, List<TextSpan> matches)
    {
        matches.Clear();
        for (var start = 0; text[start..].IndexOf(Literal, StringComparison.Ordinal) is >= 0 and var found; start += found + Literal.Length)
            matches.Add(new TextSpan(start + found, Literal.Length));
    }
}
