using System.Globalization;
using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Python's format specification: <c>[[fill]align][sign][z][#][0][width][,_][.precision][type]</c>.</summary>
internal sealed class FormatSpec
{
    private const int MaxPrecision = 4_000;

    public JinjaString Fill { get; set; } = JinjaString.Trusted(" ");

    /// <summary>One of <c>&lt; &gt; = ^</c>, or NUL where none was given.</summary>
    public char Align { get; set; }

    public char Sign { get; set; } = '-';

    public bool IsAlternate { get; set; }

    public int Width { get; set; }

    public char Grouping { get; set; }

    public int? Precision { get; set; }

    public char Type { get; set; }

    public static FormatSpec Parse(JinjaString text)
    {
        var spec = new FormatSpec();
        var source = text.Text;
        var at = 0;
        var first = source.Length > 0 ? PythonText.WidthAt(source, 0) : 0;
        if (first > 0 && first < source.Length && source[first] is '<' or '>' or '=' or '^')
        {
            spec.Fill = text.Substring(0, first);
            spec.Align = source[first];
            at = first + 1;
        }
        else if (source.Length > 0 && source[0] is '<' or '>' or '=' or '^')
        {
            spec.Align = source[at++];
        }

        if (at < source.Length && source[at] is '+' or '-' or ' ')
            spec.Sign = source[at++];
        if (at < source.Length && source[at] == 'z')
            at++;
        spec.IsAlternate = Skip('#');
        if (Skip('0') && spec.Align == '\0')
            (spec.Fill, spec.Align) = (JinjaString.Trusted("0"), '=');
        spec.Width = Number() ?? 0;
        if (at < source.Length && source[at] is ',' or '_')
            spec.Grouping = source[at++];
        if (Skip('.'))
            spec.Precision = Number() ?? throw JinjaException.Type("ValueError: Format specifier missing precision");
        if (at < source.Length)
            spec.Type = source[at++];
        return at == source.Length ? spec : throw JinjaException.Type("ValueError: Invalid format specifier");

        bool Skip(char c)
        {
            if (at >= source.Length || source[at] != c)
                return false;
            at++;
            return true;
        }

        int? Number()
        {
            var start = at;
            while (at < source.Length && char.IsAsciiDigit(source[at]))
                at++;
            return at == start ? null : Numbers.Clamp(BigInteger.Parse(source.AsSpan(start, Math.Min(at - start, 20)), CultureInfo.InvariantCulture));
        }
    }

    public JinjaString Apply(Evaluator evaluator, JinjaValue value)
    {
        switch (value)
        {
            case JinjaString text:
                if (Type is not ('\0' or 's') || Align == '=' || Grouping != '\0')
                    throw JinjaException.Type($"ValueError: Unknown format code '{Type}' for object of type 'str'");
                return Pad(evaluator, Cut(text), JinjaString.Empty, '<');
            case JinjaFloat number:
                return Number(evaluator, FloatDigits(number.Value), double.IsNegative(number.Value) && !double.IsNaN(number.Value));
            case JinjaBoolean when Type == '\0':
                return Pad(evaluator, evaluator.Text(value), JinjaString.Empty, '<');
        }

        if (Numbers.AsInteger(value) is { } integer)
        {
            return Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%'
                ? Number(evaluator, FloatDigits(Numbers.ToFloat(integer)), integer.Sign < 0)
                : Type == 'c' ? Pad(evaluator, Character(integer), JinjaString.Empty, '<')
                : Number(evaluator, IntegerDigits(BigInteger.Abs(integer)), integer.Sign < 0);
        }

        if (Type != '\0' || Width != 0 || Precision is not null)
            throw JinjaException.Type($"TypeError: unsupported format string passed to {value.TypeName}.__format__");
        return evaluator.Text(value);
    }

    public static JinjaString Character(BigInteger code) => code.Sign >= 0 && code <= 0x10ffff && code is var valid && !(valid >= 0xd800 && valid <= 0xdfff)
        ? JinjaString.Trusted(char.ConvertFromUtf32((int)code))
        : throw JinjaException.Type("OverflowError: %c arg not in range(0x110000)");

    public JinjaString Cut(JinjaString text) => Precision is { } precision && precision < text.CodePoints ? text.Substring(0, text.OffsetOf(precision)) : text;

    public string IntegerDigits(BigInteger magnitude)
    {
        var digits = Type switch
        {
            '\0' or 'd' or 'n' or 'i' or 'u' => Printer.IntegerText(magnitude),
            'x' or 'X' => Radix(magnitude, 4, IsAlternate ? "0x" : ""),
            'o' => Radix(magnitude, 3, IsAlternate ? "0o" : ""),
            'b' => Radix(magnitude, 1, IsAlternate ? "0b" : ""),
            _ => throw JinjaException.Type($"ValueError: Unknown format code '{Type}' for object of type 'int'"),
        };
        return Grouped(Type == 'X' ? digits.ToUpperInvariant() : digits, Type is 'x' or 'X' or 'o' or 'b' ? 4 : 3);
    }

    /// <summary>Digits of |value| in the asked form.</summary>
    public string FloatDigits(double value)
    {
        value = Math.Abs(value);
        var precision = Precision ?? 6;
        if (precision > MaxPrecision)
            throw JinjaException.Limit($"a float is printed with more than {MaxPrecision} digits");
        if (!double.IsFinite(value))
            return (double.IsNaN(value) ? "nan" : "inf") + (Type == '%' ? "%" : "");
        var digits = Type switch
        {
            'f' or 'F' => PythonFloat.Fixed(value, precision),
            '%' => PythonFloat.Fixed(value * 100, precision) + "%",
            'e' or 'E' => PythonFloat.Exponential(value, precision, Type.ToString()),
            'g' or 'G' or 'n' => PythonFloat.General(value, precision, Type == 'G' ? "E" : "e", IsAlternate),
            '\0' when Precision is null => PythonFloat.Repr(value),
            '\0' => WithFraction(PythonFloat.General(value, precision, "e", keepZeros: false)),
            _ => throw JinjaException.Type($"ValueError: Unknown format code '{Type}' for object of type 'float'"),
        };
        return Grouped(digits, 3);
    }

    public JinjaString Number(Evaluator evaluator, string digits, bool isNegative)
    {
        var sign = isNegative ? "-" : Sign == '-' ? "" : Sign.ToString();
        return Pad(evaluator, JinjaString.Trusted(digits), JinjaString.Trusted(sign), '>');
    }

    public JinjaString Pad(Evaluator evaluator, JinjaString text, JinjaString sign, char otherwise)
    {
        var missing = Math.Max(Width - text.CodePoints - sign.CodePoints, 0);
        evaluator.Budget.ChargeText(text.Text.Length + ((long)missing * Fill.Text.Length));
        var align = Align == '\0' ? otherwise : Align;
        var left = align switch { '<' => 0, '^' => missing / 2, _ => missing };
        var result = new SpannedBuilder(evaluator.Budget);
        if (align == '=')
            result.Append(sign).Repeat(Fill, left);
        else
            result.Repeat(Fill, left).Append(sign);
        return result.Append(text).Repeat(Fill, missing - left).ToValue();
    }

    private static string WithFraction(string digits) =>
        digits.AsSpan().ContainsAny('.', 'e') ? digits : digits + ".0";

    private static string Radix(BigInteger magnitude, int bits, string prefix)
    {
        var digits = new Stack<char>();
        var mask = (1 << bits) - 1;
        do
        {
            digits.Push("0123456789abcdef"[(int)(magnitude & mask)]);
            magnitude >>= bits;
        }
        while (!magnitude.IsZero);
        return prefix + new string([.. digits]);
    }

    private string Grouped(string digits, int size)
    {
        if (Grouping == '\0')
            return digits;
        var start = digits.Length > 1 && digits[0] == '0' && char.IsAsciiLetter(digits[1]) ? 2 : 0;
        var end = start;
        while (end < digits.Length && char.IsAsciiLetterOrDigit(digits[end]) && (size == 4 || char.IsAsciiDigit(digits[end])))
            end++;
        for (var at = end - size; at > start; at -= size)
            digits = digits.Insert(at, Grouping.ToString());
        return digits;
    }
}
