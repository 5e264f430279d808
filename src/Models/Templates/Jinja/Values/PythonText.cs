using System.Globalization;
using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>What Python knows about characters, where .NET differs.</summary>
internal static class PythonText
{
    /// <summary>Python refuses to turn longer numbers into text and back.</summary>
    public const int MaxIntegerDigits = 4300;

    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static bool IsLineEnd(char c) => c is '\n' or '\r' or '\v' or '\f' or >= '\x1c' and <= '\x1e' or '\x85' or '\u2028' or '\u2029';

    /// <summary>UTF-16 units of the code point at an offset; a lone surrogate counts as one code point.</summary>
    public static int WidthAt(ReadOnlySpan<char> text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    public static int CodePointAt(ReadOnlySpan<char> text, int at) =>
        WidthAt(text, at) == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];

    public static int CountCodePoints(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        for (var i = text.IndexOfAnyInRange('\ud800', '\udbff'); i >= 0 && i + 1 < text.Length; i++)
        {
            if (WidthAt(text, i) == 2)
                count--;
        }

        return count;
    }

    /// <summary>Order by code points; ordinal UTF-16 order differs beyond U+FFFF.</summary>
    public static int Compare(string left, string right)
    {
        var shared = left.AsSpan().CommonPrefixLength(right);
        if (shared == left.Length || shared == right.Length)
            return left.Length.CompareTo(right.Length);
        var (l, r) = (left[shared], right[shared]);
        return char.IsSurrogate(l) == char.IsSurrogate(r) ? l.CompareTo(r) : char.IsSurrogate(l) ? 1 : -1;
    }

    public static BigInteger ParseDigits(string digits, int radix)
    {
        if (radix == 10)
            return BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        var value = BigInteger.Zero;
        foreach (var c in digits)
            value = (value * radix) + Convert.ToInt32(c.ToString(), 16);
        return value;
    }

    /// <summary><c>int(text, base)</c>: null where Python raises ValueError.</summary>
    public static BigInteger? ParseInteger(string text, int radix = 10)
    {
        var digits = text.AsSpan().Trim().ToString();
        var isNegative = digits.StartsWith('-');
        if (isNegative || digits.StartsWith('+'))
            digits = digits[1..];
        var mark = digits.Length > 2 && digits[0] == '0' ? char.ToLowerInvariant(digits[1]) : '\0';
        var prefix = mark switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };
        if (prefix != 0 && (radix == prefix || radix == 0))
            (digits, radix) = (digits[2..].TrimStart('_'), prefix);
        radix = radix == 0 ? 10 : radix;
        if (digits.Length is 0 or > MaxIntegerDigits || HasStrayUnderscore(digits))
            return null;
        var value = BigInteger.Zero;
        foreach (var c in digits.Replace("_", "", StringComparison.Ordinal))
        {
            var digit = char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10
                : CharUnicodeInfo.GetDecimalDigitValue(c) is >= 0 and var number ? number : int.MaxValue;
            if (digit >= radix)
                return null;
            value = (value * radix) + digit;
        }

        return isNegative ? -value : value;
    }

    /// <summary><c>float(text)</c>: null where Python raises ValueError.</summary>
    public static double? ParseFloat(string text)
    {
        var trimmed = text.AsSpan().Trim().ToString();
        switch (trimmed.ToLowerInvariant().TrimStart('+', '-'))
        {
            case "inf" or "infinity":
                return trimmed.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
            case "nan":
                return double.NaN;
        }

        if (HasStrayUnderscore(trimmed)
            || trimmed.Any(c => !(char.IsAsciiDigit(c) || c is '.' or 'e' or 'E' or '+' or '-' or '_')))
            return null;
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var number = trimmed.Replace("_", "", StringComparison.Ordinal);
        return double.TryParse(number, style, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    private static bool HasStrayUnderscore(string text) =>
        text.StartsWith('_') || text.EndsWith('_') || text.Contains("__", StringComparison.Ordinal);
}
