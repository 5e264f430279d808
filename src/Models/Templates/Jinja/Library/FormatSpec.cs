using System.Globalization;
using System.Numerics;
using System.Text;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Python's format specification: <c>[[fill]align][sign][z][#][0][width][,_][.precision][type]</c>.</summary>
internal sealed class FormatSpec
{
    private const int MaxPrecision = 4_000;
    private bool _isFilled;
    private bool _isZeroFilled;
    private bool _hasMinus;

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
            spec._isFilled = true;
            spec.Align = source[first];
            at = first + 1;
        }
        else if (source.Length > 0 && source[0] is '<' or '>' or '=' or '^')
        {
            spec.Align = source[at++];
        }

        if (at < source.Length && source[at] is '+' or '-' or ' ')
            (spec.Sign, spec._hasMinus) = (source[at], source[at++] == '-');
        if (at < source.Length && source[at] == 'z')
            at++;
        spec.IsAlternate = Skip('#');
        if (!spec._isFilled && Skip('0'))
            spec.ZeroFill();
        spec.Width = Number() ?? 0;
        if (at < source.Length && source[at] is ',' or '_')
            spec.Grouping = source[at++];
        if (Skip('.'))
            spec.Precision = Number() ?? throw JinjaException.Type("ValueError: Format specifier missing precision");
        if (at < source.Length)
            spec.Type = source[at++];
        if (spec.Grouping != '\0' && (spec.Type is 'n' or 'c' or 's' || (spec.Grouping == ',' && spec.Type is 'x' or 'X' or 'o' or 'b')))
            throw JinjaException.Type($"ValueError: Cannot specify '{spec.Grouping}' with '{spec.Type}'.");
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
            return at == start ? null
                : Numbers.Clamp(BigInteger.Parse(source.AsSpan(start, Math.Min(at - start, 20)), CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The <c>0</c> flag: zeros between sign and digits.</summary>
    public void ZeroFill() => (Fill, _isZeroFilled) = (JinjaString.Trusted("0"), true);

    public JinjaString Apply(Evaluator evaluator, JinjaValue value)
    {
        switch (value)
        {
            case JinjaString text:
                if (Type is not ('\0' or 's') || Align == '=' || Sign != '-' || _hasMinus || IsAlternate || Grouping != '\0')
                    throw JinjaException.Type("ValueError: the format specifier does not fit an object of type 'str'");
                return Pad(evaluator, Cut(text), JinjaString.Empty, '<');
            case JinjaFloat number:
                return Number(evaluator, FloatDigits(number.Value), IsNegative(number.Value));
            case JinjaBoolean when Type == '\0' && Precision is null && Width == 0:
                return evaluator.Text(value);
        }

        if (Numbers.AsInteger(value) is not { } integer)
        {
            if (Type != '\0' || Width != 0 || Precision is not null)
                throw JinjaException.Type($"TypeError: unsupported format string passed to {value.TypeName}.__format__");
            return evaluator.Text(value);
        }

        if (Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%')
            return Number(evaluator, FloatDigits(Numbers.ToFloat(integer)), integer.Sign < 0);
        if (Precision is not null)
            throw JinjaException.Type("ValueError: Precision not allowed in integer format specifier");
        if (Type != 'c')
            return Number(evaluator, IntegerDigits(BigInteger.Abs(integer)), integer.Sign < 0, Prefix);
        if (Sign != '-' || _hasMinus || IsAlternate)
            throw JinjaException.Type("ValueError: Sign not allowed with integer format specifier 'c'");
        return Pad(evaluator, Character(integer), JinjaString.Empty, '>');
    }

    public static bool IsNegative(double value) => double.IsNegative(value) && !double.IsNaN(value);

    // Integers do not say where they are from, so a character made from one counts as the user's.
    public static JinjaString Character(BigInteger code) => code.Sign >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
        ? JinjaString.User(char.ConvertFromUtf32((int)code))
        : throw JinjaException.Type("OverflowError: %c arg not in range(0x110000)");

    public JinjaString Cut(JinjaString text) =>
        Precision is { } precision && precision < text.CodePoints ? text.Substring(0, text.OffsetOf(precision)) : text;

    public string IntegerDigits(BigInteger magnitude)
    {
        var digits = Type switch
        {
            '\0' or 'd' or 'n' or 'i' or 'u' => Printer.IntegerText(magnitude),
            'x' => Radix(magnitude, 4),
            'X' => Radix(magnitude, 4).ToUpperInvariant(),
            'o' => Radix(magnitude, 3),
            'b' => Radix(magnitude, 1),
            _ => throw JinjaException.Type($"ValueError: Unknown format code '{Type}' for object of type 'int'"),
        };
        return digits;
    }

    /// <summary>What the <c>#</c> flag puts before the digits of an integer.</summary>
    public string Prefix => IsAlternate && Type is ('x' or 'X' or 'o' or 'b') ? $"0{Type}" : "";

    /// <summary>Digits of |value| in the asked form.</summary>
    public string FloatDigits(double value)
    {
        value = Math.Abs(value);
        var precision = Precision ?? 6;
        if (precision > MaxPrecision)
            throw JinjaException.Limit($"a float is printed with more than {MaxPrecision} digits");
        if (!double.IsFinite(value))
        {
            var name = double.IsNaN(value) ? "nan" : "inf";
            return Type switch { 'F' or 'E' or 'G' => name.ToUpperInvariant(), '%' => name + "%", _ => name };
        }

        var digits = Type switch
        {
            'f' or 'F' => PythonFloat.Fixed(value, precision),
            '%' => PythonFloat.Fixed(value * 100, precision),
            'e' or 'E' => PythonFloat.Exponential(value, precision, Type.ToString()),
            'g' or 'G' or 'n' => PythonFloat.General(value, precision, Type == 'G' ? "E" : "e", IsAlternate),
            '\0' when Precision is null => PythonFloat.Repr(value),
            '\0' => WithFraction(PythonFloat.General(value, precision, "e", IsAlternate, keepsFraction: true)),
            _ => throw JinjaException.Type($"ValueError: Unknown format code '{Type}' for object of type 'float'"),
        };
        if (IsAlternate && !digits.Contains('.', StringComparison.Ordinal))
            digits = digits.IndexOfAny(['e', 'E']) is >= 0 and var mark ? digits.Insert(mark, ".") : digits + ".";
        return Type == '%' ? digits + "%" : digits;
    }

    public JinjaString Number(Evaluator evaluator, string digits, bool isNegative, string prefix = "")
    {
        var sign = (isNegative ? "-" : Sign == '-' ? "" : Sign.ToString()) + prefix;
        if (Grouping != '\0')
        {
            // Zeros that fill the width are grouped with the digits.
            var fillsWidth = _isZeroFilled && Align is '\0' or '=';
            evaluator.Budget.ChargeText(fillsWidth ? Width : 0);
            var grouped = Grouped(digits);
            while (fillsWidth && Width - sign.Length - grouped.Length is > 0 and var missing)
            {
                digits = new string('0', Math.Max(missing * 3 / 4, 1)) + digits;
                grouped = Grouped(digits);
            }

            digits = grouped;
        }

        return Pad(evaluator, JinjaString.Trusted(digits), JinjaString.Trusted(sign), _isZeroFilled ? '=' : '>');
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

    private static string Radix(BigInteger magnitude, int bits)
    {
        var digits = new Stack<char>();
        var mask = (1 << bits) - 1;
        do
        {
            digits.Push("0123456789abcdef"[(int)(magnitude & mask)]);
            magnitude >>= bits;
        }
        while (!magnitude.IsZero);
        return new string([.. digits]);
    }

    private string Grouped(string digits)
    {
        var isRadix = Type is 'x' or 'X' or 'o' or 'b';
        var end = 0;
        while (end < digits.Length && (isRadix || char.IsAsciiDigit(digits[end])))
            end++;
        var result = new StringBuilder(digits);
        for (var at = end - (isRadix ? 4 : 3); at > 0; at -= isRadix ? 4 : 3)
            result.Insert(at, Grouping);
        return result.ToString();
    }
}
