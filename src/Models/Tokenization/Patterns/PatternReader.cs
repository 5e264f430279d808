using System.Globalization;
using System.Text.RegularExpressions;

namespace VisionCluster.Models.Tokenization.Patterns;

/// <summary>A cursor over an Oniguruma pattern, and the escapes that mean one character in and outside classes.</summary>
internal sealed partial class PatternReader(string pattern)
{
    public int Position { get; set; }

    public bool AtEnd => Position >= pattern.Length;

    public char Peek => Position < pattern.Length ? pattern[Position] : '\0';

    public char Take() => AtEnd ? throw Refuse("an unfinished construct") : pattern[Position++];

    public bool TryTake(string text)
    {
        if (string.CompareOrdinal(pattern, Position, text, 0, text.Length) != 0)
            return false;
        Position += text.Length;
        return true;
    }

    public int TakeCodePoint()
    {
        var unit = Take();
        return char.IsHighSurrogate(unit) && char.IsLowSurrogate(Peek) ? char.ConvertToUtf32(unit, Take()) : unit;
    }

    public string TakeUntil(char end)
    {
        var stop = pattern.IndexOf(end, Position);
        if (stop < 0)
            throw Refuse($"a construct without its '{end}'");
        var text = pattern[Position..stop];
        Position = stop + 1;
        return text;
    }

    /// <summary>Reads <c>{n}</c>, <c>{n,}</c>, <c>{,m}</c> or <c>{n,m}</c> as .NET writes it; null when the brace is literal.</summary>
    public string? TryTakeInterval()
    {
        var match = Interval().Match(pattern, Position, pattern.Length - Position);
        if (!match.Success)
            return null;
        Position += match.Length;
        var least = match.Groups["least"].Value;
        return $"{{{(least.Length == 0 ? "0" : least)}{match.Groups["rest"].Value}}}";
    }

    /// <summary>Reads <c>{Name}</c> or <c>{^Name}</c> behind <c>\p</c> or <c>\P</c>: the members and whether they are excluded.</summary>
    public (string Members, bool Negated) TakeProperty(bool negated, bool ignoreCase)
    {
        if (!TryTake("{"))
            throw Refuse("a property without braces");
        negated ^= TryTake("^");
        var name = TakeUntil('}');
        return (UnicodeProperties.MembersOf(name, ignoreCase) ?? throw Refuse($"the property {name}"), negated);
    }

    /// <summary>The character that an escape stands for; the backslash and its letter are read already.</summary>
    public int TakeEscapedCharacter(int escaped) => escaped switch
    {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\f',
        'v' => '\v',
        'a' => '\a',
        'e' => 0x1B,
        '0' => TakeNumber(2, 8),
        'u' => TakeNumber(4, 16),
        'x' when TryTake("{") => ParseNumber(TakeUntil('}'), 16),
        'x' => TakeNumber(2, 16),
        < 0x80 when char.IsAsciiLetterOrDigit((char)escaped) => throw Refuse($"the escape \\{(char)escaped}"),
        _ => escaped,
    };

    public ModelException Refuse(string what) =>
        new($"The tokenizer's regular expression '{Shorten(pattern)}' uses {what} at {Position}, which is not supported.");

    private static string Shorten(string text) => text.Length <= 200 ? text : text[..200] + "...";

    private int TakeNumber(int mostDigits, int radix)
    {
        var start = Position;
        while (Position - start < mostDigits && (radix == 16 ? char.IsAsciiHexDigit(Peek) : Peek is >= '0' and <= '7'))
            Position++;
        return Position == start ? 0 : ParseNumber(pattern[start..Position], radix);
    }

    private int ParseNumber(string digits, int radix)
    {
        var value = -1;
        if (radix == 8)
            value = Convert.ToInt32(digits, 8);
        else if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
            throw Refuse("a malformed number");
        return value is >= 0 and <= 0x10FFFF ? value : throw Refuse("a number that is no code point");
    }

    [GeneratedRegex(@"\G\{(?:(?<least>[0-9]{1,5})(?<rest>(?:,[0-9]{0,5})?)|(?<rest>,[0-9]{1,5}))\}", RegexOptions.CultureInvariant)]
    private static partial Regex Interval();
}
