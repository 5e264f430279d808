using System.Globalization;

namespace VisionCluster.Models.Tokenization.Text;

/// <summary>Questions about Unicode code points, answered as Rust's standard library and its regex crate do.</summary>
internal static class CodePoints
{
    /// <summary>The code point that starts at <paramref name="index"/>; the text must be well-formed (<see cref="WellFormed"/>).</summary>
    public static int At(ReadOnlySpan<char> text, int index, out int length)
    {
        var unit = text[index];
        if (!char.IsHighSurrogate(unit) || index + 1 >= text.Length)
        {
            length = 1;
            return unit;
        }

        length = 2;
        return char.ConvertToUtf32(unit, text[index + 1]);
    }

    public static int Before(ReadOnlySpan<char> text, int index) =>
        char.IsLowSurrogate(text[index - 1]) && index > 1 ? char.ConvertToUtf32(text[index - 2], text[index - 1]) : text[index - 1];

    public static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var unit in text)
            count += char.IsLowSurrogate(unit) ? 0 : 1;
        return count;
    }

    /// <summary>The text with every lone surrogate replaced by U+FFFD; lengths do not change.</summary>
    public static string WellFormed(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        var units = text.ToCharArray();
        for (var i = 0; i < units.Length; i++)
        {
            if (char.IsHighSurrogate(units[i]) && i + 1 < units.Length && char.IsLowSurrogate(units[i + 1]))
                i++;
            else if (char.IsSurrogate(units[i]))
                units[i] = '\uFFFD';
        }

        return new string(units);
    }

    public static UnicodeCategory CategoryOf(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint);

    public static bool IsWhiteSpace(int codePoint) => codePoint < 0x10000 && char.IsWhiteSpace((char)codePoint);

    public static bool IsNumeric(int codePoint) =>
        CategoryOf(codePoint) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>ASCII punctuation (which includes <c>$+&lt;=&gt;^`|~</c>) or any category P.</summary>
    public static bool IsPunctuation(int codePoint) =>
        codePoint < 0x80 ? codePoint is > ' ' and < 0x7F && !char.IsAsciiLetterOrDigit((char)codePoint)
        : CategoryOf(codePoint) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;

    public static bool IsMark(int codePoint) =>
        CategoryOf(codePoint) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>The regex crate's <c>\w</c>: alphabetic, marks, decimal digits, connectors and the two joiners.</summary>
    public static bool IsWord(int codePoint) =>
        CategoryOf(codePoint) is <= UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation
        || codePoint is 0x200C or 0x200D || IsCircledLetter(codePoint);

    /// <summary>Symbols that count as alphabetic.</summary>
    public static bool IsCircledLetter(int codePoint) =>
        codePoint is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);
}
