namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// Python's <c>str.format</c> as the sandbox wraps it: fields reach attributes and items by the template's rules only. Inserted texts keep
/// their origin.
/// </summary>
internal sealed class BraceFormat
{
    private const int MaxNesting = 2;
    private readonly Evaluator _evaluator;
    private readonly Arguments _arguments;
    private readonly JinjaDict? _mapping;
    private int _automatic;

    private BraceFormat(Evaluator evaluator, Arguments arguments, JinjaDict? mapping)
    {
        _evaluator = evaluator;
        _arguments = arguments;
        _mapping = mapping;
    }

    public static JinjaString Format(Evaluator evaluator, JinjaString format, Arguments arguments) =>
        new BraceFormat(evaluator, arguments, null).Run(format, MaxNesting);

    public static JinjaString FormatMap(Evaluator evaluator, JinjaString format, JinjaValue mapping)
    {
        var dict = mapping as JinjaDict ?? throw JinjaException.Type("TypeError: format_map() argument must be a mapping");
        return new BraceFormat(evaluator, Arguments.None, dict).Run(format, MaxNesting);
    }

    private JinjaString Run(JinjaString format, int nesting)
    {
        if (nesting < 0)
            throw JinjaException.Type("ValueError: Max string recursion exceeded");
        var result = new SpannedBuilder(_evaluator.Budget);
        var text = format.Text;
        for (var at = 0; at < text.Length;)
        {
            var brace = text.AsSpan(at).IndexOfAny('{', '}');
            if (brace < 0)
            {
                result.Append(format, at, text.Length - at);
                break;
            }

            result.Append(format, at, brace);
            at += brace;
            if (at + 1 < text.Length && text[at + 1] == text[at])
            {
                result.Append(format, at, 1);
                at += 2;
                continue;
            }

            if (text[at] == '}')
                throw JinjaException.Type("ValueError: Single '}' encountered in format string");
            var end = FieldEnd(text, at + 1);
            result.Append(Field(format.Substring(at + 1, end - at - 1), nesting));
            at = end + 1;
        }

        return result.ToValue();
    }

    private static int FieldEnd(string text, int at)
    {
        for (var depth = 1; at < text.Length; at++)
        {
            depth += text[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
                return at;
        }

        throw JinjaException.Type("ValueError: expected '}' before end of string");
    }

    private JinjaString Field(JinjaString field, int nesting)
    {
        var text = field.Text;
        var nameEnd = NameEnd(text);
        var value = Lookup(text[..nameEnd]);
        var at = nameEnd;
        if (at < text.Length && text[at] == '!')
        {
            if (at + 1 >= text.Length)
                throw JinjaException.Type("ValueError: end of string while looking for conversion specifier");
            value = text[at + 1] switch
            {
                's' => _evaluator.Text(value),
                'r' or 'a' => Printer.Repr(_evaluator.Budget, value, isAscii: text[at + 1] == 'a'),
                _ => throw JinjaException.Type("ValueError: Unknown conversion specifier"),
            };
            at += 2;
            if (at < text.Length && text[at] != ':')
                throw JinjaException.Type("ValueError: expected ':' after conversion specifier");
        }

        if (at >= text.Length)
            return FormatSpec.Parse(JinjaString.Empty).Apply(_evaluator, value);
        var spec = Run(field.Substring(at + 1, text.Length - at - 1), nesting - 1);
        return FormatSpec.Parse(spec).Apply(_evaluator, value);
    }

    private static int NameEnd(string text)
    {
        var isInBrackets = false;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '[')
                isInBrackets = true;
            else if (text[at] == ']')
                isInBrackets = false;
            else if (!isInBrackets && text[at] is '!' or ':')
                return at;
        }

        return text.Length;
    }

    private JinjaValue Lookup(string path)
    {
        var end = path.AsSpan().IndexOfAny('.', '[');
        var value = First(end < 0 ? path : path[..end]);
        for (var at = end; at >= 0 && at < path.Length;)
        {
            _evaluator.Budget.Charge();
            if (path[at] == '[')
            {
                var close = path.IndexOf(']', at);
                if (close < 0)
                    throw JinjaException.Type("ValueError: Missing ']' in format string");
                var key = path[(at + 1)..close];
                value = Members.GetItem(_evaluator, value, IndexOf(key) is { } index ? Require.Integer(index) : JinjaString.Trusted(key));
                at = close + 1;
            }
            else
            {
                var next = path.AsSpan(at + 1).IndexOfAny('.', '[');
                var stop = next < 0 ? path.Length : at + 1 + next;
                value = Members.GetAttribute(_evaluator, value, JinjaString.Trusted(path[(at + 1)..stop]));
                at = stop;
            }
        }

        return value is JinjaUndefined { IsUnsafe: true } refused ? throw refused.Error() : value;
    }

    private JinjaValue First(string name)
    {
        if ((name.Length == 0 && _mapping is null ? _automatic++ : IndexOf(name)) is { } index)
        {
            return index < _arguments.Positional.Count ? _arguments.Positional[index]
                : throw JinjaException.Type($"IndexError: Replacement index {index} out of range for positional args tuple");
        }

        var value = _mapping is null ? _arguments.FindNamed(name) : _mapping.Find(JinjaString.Trusted(name));
        return value ?? throw JinjaException.Type($"KeyError: '{name}'");
    }

    private static int? IndexOf(string text) => text.Length is > 0 and < 10 && text.All(char.IsAsciiDigit)
        ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
}
