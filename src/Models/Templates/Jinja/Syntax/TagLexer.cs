using System.Globalization;
using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Reads the tokens inside one tag. A closing mark counts where brackets balance, so that <c>{{ {'a': {}} }}</c> works.</summary>
internal sealed class TagLexer(string source, int position, List<Token> tokens)
{
    private static readonly string[] TwoCharacterOperators = ["//", "**", "==", "!=", ">=", "<="];

    private readonly Stack<char> _brackets = [];
    private int _position = position;

    /// <summary>Adds tokens up to the closing mark; returns where the mark (or its sign) stands and its sign.</summary>
    public (int Position, char Sign) ReadUntil(string close)
    {
        while (true)
        {
            if (_position >= source.Length)
                throw Error("unexpected end of template, the tag is not closed");
            if (_brackets.Count == 0)
            {
                if (Matches(_position, close))
                    return (_position, '\0');
                if ((source[_position] == '-' || (source[_position] == '+' && close == "%}")) && Matches(_position + 1, close))
                    return (_position, source[_position]);
            }

            ReadToken();
        }
    }

    private void ReadToken()
    {
        var c = source[_position];
        if (PythonText.IsSpace(c))
            _position++;
        else if (char.IsAsciiDigit(c))
            ReadNumber();
        else if (IsNamePart(_position))
            ReadName();
        else if (!(c is '\'' or '"' && TryReadString(c)))
            ReadOperator();
    }

    private void ReadName()
    {
        var start = _position;
        while (IsNamePart(_position))
            _position += char.IsHighSurrogate(source[_position]) ? 2 : 1;
        Add(TokenKind.Name, source[start.._position], start);
    }

    private bool IsNamePart(int at)
    {
        if (at >= source.Length)
            return false;
        if (source[at] == '_' || char.IsAsciiLetterOrDigit(source[at]))
            return true;
        if (source[at] < 128 || (char.IsHighSurrogate(source[at]) && at + 1 >= source.Length))
            return false;
        return CharUnicodeInfo.GetUnicodeCategory(source, at) is
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber;
    }

    private void ReadNumber()
    {
        var start = _position;
        if (!(start > 0 && source[start - 1] == '.') && FloatEnd(start) is { } floatEnd)
        {
            _position = floatEnd;
            var text = source[start..floatEnd].Replace("_", "", StringComparison.Ordinal);
            var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
            tokens.Add(new Token(TokenKind.Float, text, start, Float: value));
            return;
        }

        var (digits, radix) = (source[start], start + 1 < source.Length ? char.ToLowerInvariant(source[start + 1]) : '\0') switch
        {
            ('0', 'x') => (DigitsEnd(start + 2, char.IsAsciiHexDigit, leadingUnderscore: true), 16),
            ('0', 'o') => (DigitsEnd(start + 2, c => c is >= '0' and <= '7', leadingUnderscore: true), 8),
            ('0', 'b') => (DigitsEnd(start + 2, c => c is '0' or '1', leadingUnderscore: true), 2),
            ('0', _) => (DigitsEnd(start, c => c == '0'), 10),
            _ => (DigitsEnd(start, char.IsAsciiDigit), 10),
        };
        if (radix != 10 && digits == start + 2)
            (digits, radix) = (start + 1, 10);
        _position = digits;
        var number = source[(radix == 10 ? start : start + 2)..digits].Replace("_", "", StringComparison.Ordinal);
        if (number.Length > PythonText.MaxIntegerDigits)
            throw Error("the integer literal is too long");
        tokens.Add(new Token(TokenKind.Integer, source[start..digits], start, Integer: PythonText.ParseDigits(number, radix)));
    }

    /// <summary>Where a float literal that begins at <paramref name="start"/> ends; null when it is no float.</summary>
    private int? FloatEnd(int start)
    {
        var end = DigitsEnd(start, char.IsAsciiDigit);
        var isFloat = false;
        if (end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]))
        {
            end = DigitsEnd(end + 1, char.IsAsciiDigit);
            isFloat = true;
        }

        if (end < source.Length && source[end] is 'e' or 'E')
        {
            var exponent = end + 1 < source.Length && source[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
                return DigitsEnd(exponent, char.IsAsciiDigit);
        }

        return isFloat ? end : null;
    }

    private int DigitsEnd(int at, Func<char, bool> isDigit, bool leadingUnderscore = false)
    {
        var start = at;
        while (at < source.Length)
        {
            if (isDigit(source[at]))
                at++;
            else if (source[at] == '_' && (at > start || leadingUnderscore) && at + 1 < source.Length && isDigit(source[at + 1]))
                at += 2;
            else
                break;
        }

        return at;
    }

    private bool TryReadString(char quote)
    {
        for (var end = _position + 1; end < source.Length; end++)
        {
            if (source[end] == '\\')
            {
                end++;
            }
            else if (source[end] == quote)
            {
                var start = _position;
                _position = end + 1;
                Add(TokenKind.String, StringEscapes.Unescape(source.AsSpan(start + 1, end - start - 1), start), start);
                return true;
            }
        }

        return false;
    }

    private void ReadOperator()
    {
        var start = _position;
        foreach (var text in TwoCharacterOperators)
        {
            if (Matches(start, text))
            {
                _position += 2;
                Add(TokenKind.Operator, text, start);
                return;
            }
        }

        var c = source[start];
        if (!"+-/*%~[](){}><=.:|,;".Contains(c, StringComparison.Ordinal))
            throw Error($"unexpected char '{c}'");
        if (c is '(' or '[' or '{')
            _brackets.Push(c switch { '(' => ')', '[' => ']', _ => '}' });
        else if (c is ')' or ']' or '}' && (!_brackets.TryPop(out var expected) || expected != c))
            throw Error(expected == '\0' ? $"unexpected '{c}'" : $"unexpected '{c}', expected '{expected}'");
        _position++;
        Add(TokenKind.Operator, c.ToString(), start);
    }

    private void Add(TokenKind kind, string text, int start) => tokens.Add(new Token(kind, text, start));

    private bool Matches(int at, string text) => string.CompareOrdinal(source, at, text, 0, text.Length) == 0;

    private JinjaException Error(string message) => new(JinjaErrorKind.Syntax, message, _position);
}
