using System.Text;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// The <c>tojson</c> filter of transformers: Python's <c>json.dumps</c> without escaping for HTML. The result is user text throughout if
/// any text in the value is.
/// </summary>
internal sealed class PythonJson
{
    private readonly Evaluator _evaluator;
    private readonly StringBuilder _text = new();
    private readonly bool _ensureAscii;
    private readonly bool _sortKeys;
    private readonly string? _indent;
    private readonly string _itemSeparator;
    private readonly string _keySeparator;
    private int _depth;
    private bool _sawUserText;

    private PythonJson(Evaluator evaluator, JinjaValue?[] a)
    {
        _evaluator = evaluator;
        _ensureAscii = Require.Flag(a[0], false);
        _sortKeys = Require.Flag(a[3], false);
        _indent = a[1] switch
        {
            null or JinjaNone => null,
            JinjaString text => Noted(text),
            _ => new string(' ', Width(evaluator, a[1])),
        };
        (_itemSeparator, _keySeparator) = (_indent is null ? ", " : ",", ": ");
        if (a[2] is null or JinjaNone)
            return;
        if (Sequences.ToList(evaluator, a[2]!) is not [JinjaString item, JinjaString key])
            throw JinjaException.Type("TypeError: separators must be two strings");
        (_itemSeparator, _keySeparator) = (Noted(item), Noted(key));
    }

    public static JinjaString Dump(Evaluator evaluator, JinjaValue value, JinjaValue?[] options)
    {
        var json = new PythonJson(evaluator, options);
        json.Write(value);
        return JinjaString.Of(json._text.ToString(), json._sawUserText);
    }

    private static int Width(Evaluator evaluator, JinjaValue? value)
    {
        var width = Math.Max(Numbers.RequireCount(value, 0), 0);
        evaluator.Budget.ChargeText(width);
        return width;
    }

    private string Noted(JinjaString text)
    {
        _sawUserText |= text.HasUserText;
        return text.Text;
    }

    private void Write(JinjaValue value)
    {
        _evaluator.Budget.Enter();
        _evaluator.Budget.Charge();
        switch (value)
        {
            case JinjaString text:
                WriteText(Noted(text));
                break;
            case JinjaList list:
                WriteList(list.Items);
                break;
            case JinjaTuple tuple:
                WriteList(tuple.Items);
                break;
            case JinjaDict dict:
                WriteDict(dict);
                break;
            default:
                Append(Scalar(value) ?? throw JinjaException.Type($"TypeError: Object of type {value.TypeName} is not JSON serializable"));
                break;
        }

        _evaluator.Budget.Leave();
    }

    private static string? Scalar(JinjaValue value) => value switch
    {
        JinjaNone => "null",
        JinjaBoolean boolean => boolean.IsTrue ? "true" : "false",
        JinjaInteger integer => Printer.IntegerText(integer.Value),
        JinjaFloat { Value: double.NaN } => "NaN",
        JinjaFloat { Value: double.PositiveInfinity } => "Infinity",
        JinjaFloat { Value: double.NegativeInfinity } => "-Infinity",
        JinjaFloat number => PythonFloat.Repr(number.Value),
        _ => null,
    };

    private void WriteList(IReadOnlyList<JinjaValue> items)
    {
        if (items.Count == 0)
        {
            Append("[]");
            return;
        }

        Append("[");
        _depth++;
        for (var i = 0; i < items.Count; i++)
        {
            NewLine(isFirst: i == 0);
            Write(items[i]);
        }

        _depth--;
        NewLine(isFirst: true);
        Append("]");
    }

    private void WriteDict(JinjaDict dict)
    {
        if (dict.Items.Count == 0)
        {
            Append("{}");
            return;
        }

        Append("{");
        _depth++;
        IEnumerable<JinjaValue> keys = dict.Items.Keys;
        if (_sortKeys)
            keys = Ordering.Sort(_evaluator, keys, key => key, isReversed: false);
        var isFirst = true;
        foreach (var key in keys)
        {
            NewLine(isFirst);
            isFirst = false;
            WriteText(key is JinjaString text ? Noted(text)
                : Scalar(key) ?? throw JinjaException.Type($"TypeError: keys must be str, int, float, bool or None, not {key.TypeName}"));
            Append(_keySeparator);
            Write(dict.Items[key]);
        }

        _depth--;
        NewLine(isFirst: true);
        Append("}");
    }

    private void NewLine(bool isFirst)
    {
        if (!isFirst)
            Append(_itemSeparator);
        if (_indent is null)
            return;
        _evaluator.Budget.ChargeText(_text.Length + ((long)_indent.Length * _depth) + 1);
        _text.Append('\n').Insert(_text.Length, _indent, _depth);
    }

    private void WriteText(string text)
    {
        Append("\"");
        foreach (var c in text)
        {
            switch (c)
            {
                case '"': Append("\\\""); break;
                case '\\': Append("\\\\"); break;
                case '\n': Append("\\n"); break;
                case '\r': Append("\\r"); break;
                case '\t': Append("\\t"); break;
                case '\b': Append("\\b"); break;
                case '\f': Append("\\f"); break;
                default:
                    if (c < ' ' || (_ensureAscii && c > '~'))
                        Append($"\\u{(int)c:x4}");
                    else
                        _text.Append(c);
                    break;
            }
        }

        Append("\"");
        _evaluator.Budget.Charge(text.Length / 4);
    }

    private void Append(string text)
    {
        if (_text.Length + (long)text.Length > _evaluator.Budget.Limits.MaxStringLength)
            throw JinjaException.Limit($"a string is longer than {_evaluator.Budget.Limits.MaxStringLength} characters");
        _text.Append(text);
    }
}
