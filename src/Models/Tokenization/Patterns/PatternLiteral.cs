using System.Globalization;
using System.Text;

namespace VisionCluster.Models.Tokenization.Patterns;

/// <summary>Writes characters for .NET's regex syntax, escaped, with their case variants where case is ignored.</summary>
internal static class PatternLiteral
{
    /// <summary>Outside classes: the character, or a class of its case variants.</summary>
    public static string Write(int codePoint, bool ignoreCase)
    {
        var members = Member(codePoint, ignoreCase);
        return members.Length > 6 ? $"[{members}]" : members;
    }

    /// <summary>Inside classes: the character and its case variants.</summary>
    public static string Member(int codePoint, bool ignoreCase)
    {
        var unit = (char)codePoint;
        var members = new StringBuilder(Escape(unit));
        if (!ignoreCase)
            return members.ToString();
        foreach (var variant in new[] { char.ToLowerInvariant(unit), char.ToUpperInvariant(unit), OddVariant(char.ToLowerInvariant(unit)) })
        {
            if (variant != unit)
                members.Append(Escape(variant));
        }

        return members.ToString();
    }

    public static string Escape(char unit) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");

    /// <summary>Unicode's case folding also knows the long s, the Kelvin sign and the Ångström sign.</summary>
    private static char OddVariant(char lower) => lower switch
    {
        's' or '\u017F' => lower == 's' ? '\u017F' : 's',
        'k' => '\u212A',
        '\u00E5' => '\u212B',
        _ => lower,
    };
}
