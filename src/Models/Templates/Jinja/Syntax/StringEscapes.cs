using System.Globalization;
using System.Text;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Escapes of string literals: Python's unicode-escape codec, through which jinja2 sends them.</summary>
internal static class StringEscapes
{
    public static string Unescape(ReadOnlySpan<char> text, int position)
    {
        if (!text.Contains('\\'))
            return text.ToString();
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            switch (text[i])
            {
                case '\n': break;
                case '\\' or '\'' or '"': result.Append(text[i]); break;
                case 'a': result.Append('\a'); break;
                case 'b': result.Append('\b'); break;
                case 'f': result.Append('\f'); break;
                case 'n': result.Append('\n'); break;
                case 'r': result.Append('\r'); break;
                case 't': result.Append('\t'); break;
                case 'v': result.Append('\v'); break;
                case 'x': i = AppendHex(result, text, i, 2, position); break;
                case 'u': i = AppendHex(result, text, i, 4, position); break;
                case 'U': i = AppendHex(result, text, i, 8, position); break;
                case 'N': throw Malformed(position);
                case >= '0' and <= '7': i = AppendOctal(result, text, i); break;
                case < (char)128: result.Append('\\').Append(text[i]); break;
                default: i = AppendNonAscii(result, text, i); break;
            }
        }

        return result.ToString();
    }

    private static int AppendHex(StringBuilder result, ReadOnlySpan<char> text, int at, int digits, int position)
    {
        if (at + digits >= text.Length || !uint.TryParse(text.Slice(at + 1, digits), NumberStyles.AllowHexSpecifier, null, out var code)
            || code > 0x10ffff)
            throw Malformed(position);
        if (code < 0x10000)
            result.Append((char)code);
        else
            result.Append(char.ConvertFromUtf32((int)code));
        return at + digits;
    }

    private static int AppendOctal(StringBuilder result, ReadOnlySpan<char> text, int at)
    {
        var code = 0;
        var end = Math.Min(at + 3, text.Length);
        while (at < end && text[at] is >= '0' and <= '7')
            code = (code * 8) + (text[at++] - '0');
        result.Append((char)code);
        return at - 1;
    }

    // jinja2 first writes non-ASCII characters as escapes of their own, so a backslash before one becomes a backslash and its letters.
    private static int AppendNonAscii(StringBuilder result, ReadOnlySpan<char> text, int at)
    {
        var isPair = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
        var code = isPair ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
        result.Append('\\').Append(code switch { < 0x100 => $"x{code:x2}", < 0x10000 => $"u{code:x4}", _ => $"U{code:x8}" });
        return isPair ? at + 1 : at;
    }

    private static JinjaException Malformed(int position) =>
        new(JinjaErrorKind.Syntax, "the string literal holds a malformed escape", position);
}
