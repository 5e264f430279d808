using System.Globalization;
using VisionCluster.Models.Tokenization.Text;

namespace VisionCluster.Models.Tokenization.Patterns;

/// <summary>
/// For every character above U+FFFF one below it that regular expressions treat alike: same general category, and the same answer to
/// <c>\p{Han}</c> and <c>\w</c>.
/// </summary>
internal static class StandIns
{
    private const char Han = '\uFAD9';
    private const char CircledLetter = '\u24E9';
    private static readonly char[] ByCategory = Choose();

    /// <summary>All of them, as the inside of a .NET character class.</summary>
    public static string Members { get; } =
        string.Concat(ByCategory.Append(Han).Append(CircledLetter).Where(unit => unit != 0).Select(PatternLiteral.Escape));

    public static char For(int codePoint)
    {
        var category = CodePoints.CategoryOf(codePoint);
        if (category == UnicodeCategory.OtherLetter && codePoint >= 0x20000)
            return Han;
        return CodePoints.IsCircledLetter(codePoint) ? CircledLetter : ByCategory[(int)category];
    }

    private static char[] Choose()
    {
        // From above: what patterns name by range (ASCII, kana, CJK, Hangul) lies elsewhere.
        var chosen = new char[(int)UnicodeCategory.OtherNotAssigned + 1];
        for (var unit = '\uABFF'; unit > 0; unit--)
        {
            var category = (int)char.GetUnicodeCategory(unit);
            if (chosen[category] == 0 && unit is < '\u3000' or > '\uA000')
                chosen[category] = unit;
        }

        chosen[(int)UnicodeCategory.PrivateUse] = '\uF123';
        return chosen;
    }
}
