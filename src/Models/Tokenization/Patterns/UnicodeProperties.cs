namespace VisionCluster.Models.Tokenization.Patterns;

/// <summary>Oniguruma's property names as the inside of a .NET character class. Names ignore case, spaces, <c>-</c> and <c>_</c>.</summary>
internal static class UnicodeProperties
{
    /// <summary>.NET's <c>\w</c> lacks number letters, enclosing marks and circled letters.</summary>
    public const string Word = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9";

    public const string HexDigit = "0-9A-Fa-f";

    private static readonly string[] Categories =
    [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Cs", "Co", "Cn",
    ];

    private static readonly Dictionary<string, string> Named = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Any"] = @"\s\S",
        ["ASCII"] = @"\u0000-\u007F",
        ["Alnum"] = @"\p{L}\p{M}\p{Nd}\p{Nl}\u24B6-\u24E9",
        ["Blank"] = @"\t\p{Zs}",
        ["Cntrl"] = @"\p{Cc}",
        ["Digit"] = @"\p{Nd}",
        ["Punct"] = @"\p{P}$+<=>\u005E`|~",
        ["Space"] = @"\s",
        ["WhiteSpace"] = @"\s",
        ["Word"] = Word,
        ["XDigit"] = HexDigit,
        ["LC"] = @"\p{Lu}\p{Ll}\p{Lt}",
        ["Letter"] = @"\p{L}",
        ["UppercaseLetter"] = @"\p{Lu}",
        ["LowercaseLetter"] = @"\p{Ll}",
        ["TitlecaseLetter"] = @"\p{Lt}",
        ["ModifierLetter"] = @"\p{Lm}",
        ["OtherLetter"] = @"\p{Lo}",
        ["Mark"] = @"\p{M}",
        ["NonspacingMark"] = @"\p{Mn}",
        ["SpacingMark"] = @"\p{Mc}",
        ["EnclosingMark"] = @"\p{Me}",
        ["Number"] = @"\p{N}",
        ["DecimalNumber"] = @"\p{Nd}",
        ["LetterNumber"] = @"\p{Nl}",
        ["OtherNumber"] = @"\p{No}",
        ["Punctuation"] = @"\p{P}",
        ["Symbol"] = @"\p{S}",
        ["MathSymbol"] = @"\p{Sm}",
        ["CurrencySymbol"] = @"\p{Sc}",
        ["ModifierSymbol"] = @"\p{Sk}",
        ["OtherSymbol"] = @"\p{So}",
        ["Separator"] = @"\p{Z}",
        ["SpaceSeparator"] = @"\p{Zs}",
        ["Other"] = @"\p{C}",
        ["Control"] = @"\p{Cc}",
        ["Format"] = @"\p{Cf}",
        ["PrivateUse"] = @"\p{Co}",
        ["Unassigned"] = @"\p{Cn}",
        ["Han"] = @"\u2E80-\u2E99\u2E9B-\u2EF3\u2F00-\u2FD5\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF"
            + @"\uF900-\uFA6D\uFA70-\uFAD9",
        ["Hiragana"] = @"\u3041-\u3096\u309D-\u309F",
        ["Katakana"] = @"\u30A1-\u30FA\u30FD-\u30FF\u31F0-\u31FF\u32D0-\u32FE\u3300-\u3357\uFF66-\uFF6F\uFF71-\uFF9D",
        ["Hangul"] = @"\u1100-\u11FF\u302E\u302F\u3131-\u318E\u3200-\u321E\u3260-\u327E\uA960-\uA97C\uAC00-\uD7A3\uD7B0-\uD7C6"
            + @"\uD7CB-\uD7FB\uFFA0-\uFFBE\uFFC2-\uFFC7\uFFCA-\uFFCF\uFFD2-\uFFD7\uFFDA-\uFFDC",
    };

    /// <summary>The members of a property, or null when we do not know it.</summary>
    public static string? MembersOf(string name, bool ignoreCase)
    {
        var plain = name.Replace(" ", "").Replace("_", "").Replace("-", "");
        if (Array.Find(Categories, category => category.Equals(plain, StringComparison.OrdinalIgnoreCase)) is { } known)
            return ignoreCase && known is "Lu" or "Ll" or "Lt" ? @"\p{Lu}\p{Ll}\p{Lt}" : $@"\p{{{known}}}";
        return plain.Equals("Alpha", StringComparison.OrdinalIgnoreCase) || plain.Equals("Alphabetic", StringComparison.OrdinalIgnoreCase)
            ? @"\p{L}\p{M}\p{Nl}\u24B6-\u24E9"
            : Named.GetValueOrDefault(plain);
    }
}
