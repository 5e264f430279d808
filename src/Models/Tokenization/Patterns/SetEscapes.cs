namespace VisionCluster.Models.Tokenization.Patterns;

/// <summary>The one-letter escapes that stand for sets.</summary>
internal static class SetEscapes
{
    public static (string Members, bool Negated)? MembersOf(char escaped) => escaped switch
    {
        'w' => (UnicodeProperties.Word, false),
        'W' => (UnicodeProperties.Word, true),
        'd' => (@"\p{Nd}", false),
        'D' => (@"\p{Nd}", true),
        's' => (@"\s", false),
        'S' => (@"\s", true),
        'h' => (UnicodeProperties.HexDigit, false),
        'H' => (UnicodeProperties.HexDigit, true),
        _ => null,
    };
}
