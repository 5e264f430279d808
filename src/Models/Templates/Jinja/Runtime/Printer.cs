using System.Globalization;
using System.Numerics;
using System.Text;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Python's <c>str</c> and <c>repr</c>.</summary>
internal sealed class Printer
{
    private readonly Budget _budget;
    private readonly StringBuilder _text = new();
    private readonly bool _isAscii;
    private bool _sawUserText;

    private Printer(Budget budget, bool isAscii)
    {
        _budget = budget;
        _isAscii = isAscii;
    }

    /// <summary><c>str(value)</c>. A collection that holds any user text becomes user text throughout.</summary>
    public static JinjaString Str(Budget budget, JinjaValue value) => value switch
    {
        JinjaString text => text,
        JinjaUndefined undefined => undefined.FailsWhenPrinted ? throw undefined.Error() : JinjaString.Empty,
        _ => Repr(budget, value),
    };

    /// <summary><c>repr(value)</c>, or <c>ascii(value)</c>.</summary>
    public static JinjaString Repr(Budget budget, JinjaValue value, bool isAscii = false)
    {
        var printer = new Printer(budget, isAscii);
        printer.Write(value);
        return JinjaString.Of(printer._text.ToString(), printer._sawUserText);
    }

    public static string IntegerText(BigInteger value)
    {
        if (value.GetBitLength() > PythonText.MaxIntegerDigits * 3.33)
        {
            throw JinjaException.Type(
                $"ValueError: Exceeds the limit ({PythonText.MaxIntegerDigits} digits) for integer string conversion");
        }

        return value.ToString(CultureInfo.InvariantCulture);
    }

    private void Write(JinjaValue value)
    {
        _budget.Enter();
        _budget.Charge();
        switch (value)
        {
            case JinjaString text:
                _sawUserText |= text.HasUserText;
                WriteQuoted(text.Text);
                break;
            case JinjaNone:
                Append("None");
                break;
            case JinjaBoolean boolean:
                Append(boolean.IsTrue ? "True" : "False");
                break;
            case JinjaInteger integer:
                Append(IntegerText(integer.Value));
                break;
            case JinjaFloat number:
                Append(PythonFloat.Repr(number.Value));
                break;
            case JinjaList list:
                WriteItems("[", list.Items, "]");
                break;
            case JinjaTuple tuple:
                WriteItems("(", tuple.Items, tuple.Items.Count == 1 ? ",)" : ")");
                break;
            case JinjaDict dict:
                WritePairs(dict.Items);
                break;
            case JinjaDictView view:
                WriteItems($"{view.TypeName}([", view.Values(), "])");
                break;
            case JinjaRange range:
                Append(range.Step.IsOne ? $"range({range.Start}, {range.Stop})" : $"range({range.Start}, {range.Stop}, {range.Step})");
                break;
            case JinjaUndefined undefined:
                Append(undefined.FailsWhenPrinted ? throw undefined.Error() : "Undefined");
                break;
            case JinjaNamespace space:
                _sawUserText = true;
                Append("<Namespace ");
                WritePairs(space.Attributes.Select(pair => KeyValuePair.Create((JinjaValue)JinjaString.Trusted(pair.Key), pair.Value)));
                Append(">");
                break;
            case JinjaMacro macro:
                Append(macro.Definition.Name is { } name ? $"<Macro '{name}'>" : "<Macro anonymous>");
                break;
            case JinjaLoop loop:
                Append($"<LoopContext {loop.Index0 + 1}/{loop.Length}>");
                break;
            case JinjaCallable callable:
                Append($"<built-in function {callable.Name}>");
                break;
            default:
                Append($"<{value.TypeName} object>");
                break;
        }

        _budget.Leave();
    }

    private void WriteItems(string open, IEnumerable<JinjaValue> items, string close)
    {
        Append(open);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
                Append(", ");
            isFirst = false;
            Write(item);
        }

        Append(close);
    }

    private void WritePairs(IEnumerable<KeyValuePair<JinjaValue, JinjaValue>> pairs)
    {
        Append("{");
        var isFirst = true;
        foreach (var (key, value) in pairs)
        {
            if (!isFirst)
                Append(", ");
            isFirst = false;
            Write(key);
            Append(": ");
            Write(value);
        }

        Append("}");
    }

    private void WriteQuoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        _budget.ChargeText(_text.Length + (long)text.Length);
        _text.Append(quote);
        for (var at = 0; at < text.Length; at += PythonText.WidthAt(text, at))
        {
            var code = PythonText.CodePointAt(text, at);
            if (code == quote || code == '\\')
                _text.Append('\\').Append((char)code);
            else if (code is '\n' or '\r' or '\t')
                _text.Append(code switch { '\n' => "\\n", '\r' => "\\r", _ => "\\t" });
            else if (_isAscii ? code is >= ' ' and < 127 : IsPrintable(code))
                _text.Append(text, at, PythonText.WidthAt(text, at));
            else
                _text.Append(code switch { < 0x100 => $"\\x{code:x2}", < 0x10000 => $"\\u{code:x4}", _ => $"\\U{code:x8}" });
        }

        _text.Append(quote);
    }

    internal static bool IsPrintable(int code) => code == ' ' || PythonCase.CategoryOf(code) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);

    private void Append(string text)
    {
        if (_text.Length + (long)text.Length > _budget.Limits.MaxStringLength)
            throw JinjaException.Limit($"a string is longer than {_budget.Limits.MaxStringLength} characters");
        _text.Append(text);
    }
}
