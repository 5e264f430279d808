using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Python's case mappings: Unicode's full ones (<c>ß</c> becomes <c>SS</c>), where .NET maps one character to one.</summary>
internal static class PythonCase
{
    // Unicode SpecialCasing, the unconditional lines: single characters whose upper case is longer.
    private static readonly (int Code, string Upper)[] LongUpperPairs =
    [
        (0xdf, "SS"), (0x149, "\u02bcN"), (0x1f0, "J\u030c"), (0x390, "\u0399\u0308\u0301"), (0x3b0, "\u03a5\u0308\u0301"),
        (0x587, "\u0535\u0552"), (0x1e96, "H\u0331"), (0x1e97, "T\u0308"), (0x1e98, "W\u030a"), (0x1e99, "Y\u030a"),
        (0x1e9a, "A\u02be"), (0xfb00, "FF"), (0xfb01, "FI"), (0xfb02, "FL"), (0xfb03, "FFI"), (0xfb04, "FFL"), (0xfb05, "ST"),
        (0xfb06, "ST"), (0xfb13, "\u0544\u0546"), (0xfb14, "\u0544\u0535"), (0xfb15, "\u0544\u053b"),
        (0xfb16, "\u054e\u0546"), (0xfb17, "\u0544\u053d"), (0x1f50, "\u03a5\u0313"), (0x1f52, "\u03a5\u0313\u0300"),
        (0x1f54, "\u03a5\u0313\u0301"), (0x1f56, "\u03a5\u0313\u0342"), (0x1fb6, "\u0391\u0342"), (0x1fc6, "\u0397\u0342"),
        (0x1fd6, "\u0399\u0342"), (0x1fe6, "\u03a5\u0342"), (0x1ff6, "\u03a9\u0342"),
    ];

    private static readonly FrozenDictionary<int, string> LongUpper =
        LongUpperPairs.ToFrozenDictionary(pair => pair.Code, pair => pair.Upper);

    public static string Upper(string text) => Map(text, static (_, _, rune) => UpperOf(rune), static t => t.ToUpperInvariant());

    public static string Lower(string text) => Map(text, LowerAt, static t => t.ToLowerInvariant());

    /// <summary>Unicode's full case folding, as far as its letters have one.</summary>
    public static string CaseFold(string text) => Map(
        text,
        static (_, _, code) => code switch
        {
            0x3c2 => "\u03c3",
            _ when LongUpper.ContainsKey(code) || GreekWithIota(code) is not null => Lower(UpperOf(code)),
            _ => LowerAt("", 0, code),
        },
        static t => t.ToLowerInvariant());

    public static string Capitalize(string text)
    {
        if (text.Length == 0)
            return text;
        var first = PythonText.WidthAt(text, 0);
        return Title(text[..first]) + LowerFrom(text, first);
    }

    /// <summary><c>str.title</c>: upper case after anything that has no case.</summary>
    public static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var isInWord = false;
        for (var at = 0; at < text.Length; at += PythonText.WidthAt(text, at))
        {
            var code = PythonText.CodePointAt(text, at);
            result.Append(isInWord ? LowerAt(text, at, code) : TitleOf(code));
            isInWord = IsCased(code);
        }

        return result.ToString();
    }

    public static string SwapCase(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at += PythonText.WidthAt(text, at))
        {
            var code = PythonText.CodePointAt(text, at);
            result.Append(IsUpper(code) ? LowerAt(text, at, code) : IsLower(code) ? UpperOf(code) : TextOf(code));
        }

        return result.ToString();
    }

    public static string LowerFrom(string text, int start) => Lower(text)[Lower(text[..start]).Length..];

    public static bool IsUpper(int code) => CategoryOf(code) == UnicodeCategory.UppercaseLetter
        || code is >= 0x2160 and <= 0x216f or >= 0x24b6 and <= 0x24cf;

    public static bool IsLower(int code) => CategoryOf(code) == UnicodeCategory.LowercaseLetter
        || code is 0xaa or 0xba or >= 0x2b0 and <= 0x2b8 or >= 0x2c0 and <= 0x2c1 or >= 0x2e0 and <= 0x2e4
            or >= 0x2170 and <= 0x217f or >= 0x24d0 and <= 0x24e9;

    public static bool IsCased(int code) => IsUpper(code) || IsLower(code) || CategoryOf(code) == UnicodeCategory.TitlecaseLetter;

    public static UnicodeCategory CategoryOf(int code) =>
        code is >= 0xd800 and <= 0xdfff ? UnicodeCategory.Surrogate : CharUnicodeInfo.GetUnicodeCategory(code);

    private static string Map(string text, Func<string, int, int, string> map, Func<string, string> mapAscii)
    {
        if (Ascii.IsValid(text))
            return mapAscii(text);
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at += PythonText.WidthAt(text, at))
            result.Append(map(text, at, PythonText.CodePointAt(text, at)));
        return result.ToString();
    }

    private static string UpperOf(int code)
    {
        if (LongUpper.TryGetValue(code, out var text))
            return text;
        if (code is >= 0x1f80 and <= 0x1ffc && GreekWithIota(code) is { } capital)
            return (char)capital + "\u0399";
        return Rune.IsValid(code) ? Rune.ToUpperInvariant(new Rune(code)).ToString() : TextOf(code);
    }

    private static string TitleOf(int code) => code switch
    {
        0x1c4 or 0x1c5 or 0x1c6 => "\u01c5",
        0x1c7 or 0x1c8 or 0x1c9 => "\u01c8",
        0x1ca or 0x1cb or 0x1cc => "\u01cb",
        0x1f1 or 0x1f2 or 0x1f3 => "\u01f2",
        >= 0x1f80 and <= 0x1ffc when GreekWithIota(code) is not null => Rune.ToUpperInvariant(new Rune(code)).ToString(),
        >= 0x10d0 and <= 0x10ff => TextOf(code),
        _ when LongUpper.TryGetValue(code, out var upper) => upper[0] + Lower(upper[1..]),
        _ => UpperOf(code),
    };

    /// <summary>The capital (without iota) of a Greek letter with iota subscript.</summary>
    private static int? GreekWithIota(int code) => code switch
    {
        >= 0x1f80 and <= 0x1f8f => 0x1f08 + (code & 7),
        >= 0x1f90 and <= 0x1f9f => 0x1f28 + (code & 7),
        >= 0x1fa0 and <= 0x1faf => 0x1f68 + (code & 7),
        0x1fb3 or 0x1fbc => 0x391,
        0x1fc3 or 0x1fcc => 0x397,
        0x1ff3 or 0x1ffc => 0x3a9,
        _ => null,
    };

    private static string LowerAt(string text, int at, int code) => code switch
    {
        0x130 => "i\u0307",
        0x3a3 => IsFinalSigma(text, at) ? "\u03c2" : "\u03c3",
        _ => Rune.IsValid(code) ? Rune.ToLowerInvariant(new Rune(code)).ToString() : TextOf(code),
    };

    // A sigma closes a word when a cased letter stands before it and none after it, marks and apostrophes aside.
    private static bool IsFinalSigma(string text, int at)
    {
        var before = Math.Min(at, text.Length) - 1;
        while (before >= 0 && IsCaseIgnorable(text[before]))
            before--;
        var after = at + 1;
        while (after < text.Length && IsCaseIgnorable(text[after]))
            after++;
        return before >= 0 && IsCased(text[before]) && !(after < text.Length && IsCased(text[after]));
    }

    private static bool IsCaseIgnorable(char c) => c is '\'' or '.' or ':' or '^' or '`' or '\u00b7' or '\u2019'
        || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static string TextOf(int code) => code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code);
}
