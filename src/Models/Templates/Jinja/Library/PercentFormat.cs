using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Python's <c>format % values</c>. Inserted texts keep their origin.</summary>
internal sealed class PercentFormat
{
    private readonly Evaluator _evaluator;
    private readonly JinjaString _format;
    private readonly JinjaValue _values;
    private readonly IReadOnlyList<JinjaValue> _positional;
    private int _at;
    private int _used;

    private PercentFormat(Evaluator evaluator, JinjaString format, JinjaValue values)
    {
        _evaluator = evaluator;
        _format = format;
        _values = values;
        _positional = values is JinjaTuple tuple ? tuple.Items : [values];
    }

    public static JinjaString Format(Evaluator evaluator, JinjaString format, JinjaValue values) =>
        new PercentFormat(evaluator, format, values).Run();

    private JinjaString Run()
    {
        var result = new SpannedBuilder(_evaluator.Budget);
        var usedNames = false;
        while (_at < _format.Text.Length)
        {
            var percent = _format.Text.IndexOf('%', _at);
            var end = percent < 0 ? _format.Text.Length : percent;
            result.Append(_format, _at, end - _at);
            _at = end;
            if (percent < 0)
                break;
            _at++;
            var name = Name();
            usedNames |= name is not null;
            var spec = Flags();
            if (Peek() == '%')
            {
                result.Append(_format, _at++, 1);
                continue;
            }

            var value = name is null ? NextValue() : Named(name);
            result.Append(Convert(spec, value));
            _at++;
        }

        if (!usedNames && _used < _positional.Count && _values is not (JinjaDict or JinjaList or JinjaRange or JinjaUndefined))
            throw JinjaException.Type("TypeError: not all arguments converted during string formatting");
        return result.ToValue();
    }

    private char Peek() => _at < _format.Text.Length ? _format.Text[_at] : throw JinjaException.Type("ValueError: incomplete format");

    private JinjaString? Name()
    {
        if (Peek() != '(')
            return null;
        var start = ++_at;
        for (var depth = 1; ; _at++)
        {
            depth += Peek() switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0)
                return _format.Substring(start, _at++ - start);
        }
    }

    private FormatSpec Flags()
    {
        var spec = new FormatSpec();
        var isLeft = false;
        for (; Peek() is '-' or '+' or ' ' or '#' or '0'; _at++)
        {
            switch (Peek())
            {
                case '-': isLeft = true; break;
                case '+': spec.Sign = '+'; break;
                case ' ' when spec.Sign != '+': spec.Sign = ' '; break;
                case '#': spec.IsAlternate = true; break;
                case '0': spec.ZeroFill(); break;
            }
        }

        spec.Width = Number() ?? 0;
        if (spec.Width < 0)
            (isLeft, spec.Width) = (true, -spec.Width);
        if (isLeft)
            (spec.Fill, spec.Align) = (JinjaString.Trusted(" "), '<');
        if (Peek() == '.')
        {
            _at++;
            spec.Precision = Math.Max(Number() ?? 0, 0);
        }

        while (Peek() is 'h' or 'l' or 'L')
            _at++;
        return spec;
    }

    private int? Number()
    {
        if (Peek() == '*')
        {
            _at++;
            return Numbers.RequireCount(NextValue(), 0);
        }

        var start = _at;
        while (char.IsAsciiDigit(Peek()))
            _at++;
        return _at == start ? null : Numbers.Clamp(BigInteger.Parse(
            _format.Text.AsSpan(start, Math.Min(_at - start, 20)), System.Globalization.CultureInfo.InvariantCulture));
    }

    private JinjaValue NextValue() => _used < _positional.Count ? _positional[_used++]
        : throw JinjaException.Type("TypeError: not enough arguments for format string");

    private JinjaValue Named(JinjaString name) =>
        (_values as JinjaDict ?? throw JinjaException.Type("TypeError: format requires a mapping")).Find(name)
        ?? throw JinjaException.Type($"KeyError: '{name.Text}'");

    private JinjaString Convert(FormatSpec spec, JinjaValue value)
    {
        spec.Type = Peek();
        switch (spec.Type)
        {
            case 's' or 'r' or 'a':
                var text = spec.Type == 's' ? _evaluator.Text(value) : Printer.Repr(_evaluator.Budget, value, isAscii: spec.Type == 'a');
                return PadText(spec, text);
            case 'c':
                spec.Precision = null;
                var character = value is JinjaString { CodePoints: 1 } one ? one : FormatSpec.Character(Numbers.RequireInteger(value, 0));
                return PadText(spec, character);
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o':
                return Integer(spec, value);
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                var number = value is JinjaUndefined undefined ? throw undefined.Error()
                    : Numbers.AsFloat(value) ?? throw JinjaException.Type($"TypeError: must be real number, not {value.TypeName}");
                return spec.Number(_evaluator, spec.FloatDigits(number), FormatSpec.IsNegative(number));
            default:
                throw JinjaException.Type($"ValueError: unsupported format character '{spec.Type}'");
        }
    }

    private JinjaString PadText(FormatSpec spec, JinjaString text)
    {
        spec.Fill = JinjaString.Trusted(" ");
        return spec.Pad(_evaluator, spec.Cut(text), JinjaString.Empty, '>');
    }

    private JinjaString Integer(FormatSpec spec, JinjaValue value)
    {
        if (value is JinjaUndefined undefined)
            throw undefined.Error();
        var integer = Numbers.AsInteger(value)
            ?? (value is JinjaFloat { Value: var number } && spec.Type is 'd' or 'i' or 'u' && double.IsFinite(((JinjaFloat)value).Value)
                ? new BigInteger(Math.Truncate(((JinjaFloat)value).Value))
                : throw JinjaException.Type($"TypeError: %{spec.Type} format: a real number is required, not {value.TypeName}"));
        var digits = spec.IntegerDigits(BigInteger.Abs(integer));
        if (spec.Precision is { } precision)
        {
            _evaluator.Budget.ChargeText(precision);
            digits = digits.PadLeft(precision, '0');
        }

        return spec.Number(_evaluator, digits, integer.Sign < 0, spec.Prefix);
    }
}
