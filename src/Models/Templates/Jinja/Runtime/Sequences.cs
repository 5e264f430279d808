using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Iteration, length, membership, indexing and slicing, by Python's rules for each type.</summary>
internal static class Sequences
{
    /// <summary>Items in order; null when the type is not iterable.</summary>
    public static IEnumerable<JinjaValue>? TryIterate(Evaluator evaluator, JinjaValue value) => value switch
    {
        JinjaString text => text.Characters(),
        JinjaList list => list.Items,
        JinjaTuple tuple => tuple.Items,
        JinjaDict dict => dict.Items.Keys,
        JinjaDictView view => view.Values(),
        JinjaRange range => Numbered(range),
        JinjaIterator iterator => Drain(evaluator.Budget, iterator),
        JinjaUndefined => [],
        _ => null,
    };

    public static IEnumerable<JinjaValue> Iterate(Evaluator evaluator, JinjaValue value)
    {
        var items = TryIterate(evaluator, value) ?? throw JinjaException.Type($"TypeError: '{value.TypeName}' object is not iterable");
        return Charged(evaluator.Budget, items);
    }

    public static List<JinjaValue> ToList(Evaluator evaluator, JinjaValue value)
    {
        var result = new List<JinjaValue>();
        foreach (var item in Iterate(evaluator, value))
        {
            evaluator.Budget.CheckItems(result.Count + 1);
            result.Add(item);
        }

        return result;
    }

    /// <summary>The length, or null where Python has none.</summary>
    public static BigInteger? TryLength(JinjaValue value) => value switch
    {
        JinjaString text => text.CodePoints,
        JinjaList list => list.Items.Count,
        JinjaTuple tuple => tuple.Items.Count,
        JinjaDict dict => dict.Items.Count,
        JinjaDictView view => view.Dict.Items.Count,
        JinjaRange range => range.Length,
        JinjaUndefined => 0,
        JinjaLoop loop => loop.Length,
        _ => null,
    };

    public static bool Contains(Evaluator evaluator, JinjaValue container, JinjaValue item)
    {
        switch (container)
        {
            case JinjaString text:
                if (item is not JinjaString part)
                    throw JinjaException.Type($"TypeError: 'in <string>' requires string as left operand, not {item.TypeName}");
                evaluator.Budget.ChargeText(text.Text.Length);
                return text.Text.Contains(part.Text, StringComparison.Ordinal);
            case JinjaDict dict:
                return dict.Find(item) is not null;
            case JinjaDictView { Shown: JinjaDictView.Part.Keys } view:
                return view.Dict.Find(item) is not null;
            case JinjaRange range when Numbers.AsInteger(item) is { } number:
                return IndexIn(range, number) is not null;
        }

        var items = TryIterate(evaluator, container)
            ?? throw JinjaException.Type($"TypeError: argument of type '{container.TypeName}' is not iterable");
        foreach (var candidate in Charged(evaluator.Budget, items))
        {
            if (evaluator.Comparer.Equals(candidate, item))
                return true;
        }

        return false;
    }

    /// <summary><c>value[index]</c> of a sequence; null where Python raises an error that jinja2 turns into undefined.</summary>
    public static JinjaValue? At(Evaluator evaluator, JinjaValue value, BigInteger index)
    {
        if (value is not (JinjaString or JinjaList or JinjaTuple or JinjaRange))
            return null;
        var length = TryLength(value)!.Value;
        if (index.Sign < 0)
            index += length;
        if (index.Sign < 0 || index >= length)
            return null;
        var at = (int)index;
        switch (value)
        {
            case JinjaList list:
                return list.Items[at];
            case JinjaTuple tuple:
                return tuple.Items[at];
            case JinjaRange range:
                return range.At(at);
            default:
                var text = (JinjaString)value;
                if (text.CodePoints != text.Text.Length)
                    evaluator.Budget.ChargeText(text.Text.Length);
                var offset = text.OffsetOf(at);
                return text.Substring(offset, PythonText.WidthAt(text.Text, offset));
        }
    }

    public static JinjaValue Slice(Evaluator evaluator, JinjaValue value, JinjaValue? start, JinjaValue? stop, JinjaValue? step)
    {
        if (value is JinjaUndefined undefined)
            throw undefined.Error();
        if (value is not (JinjaString or JinjaList or JinjaTuple or JinjaRange))
        {
            throw JinjaException.Type(value is JinjaDict ? "KeyError: slice"
                : $"TypeError: '{value.TypeName}' object is not subscriptable");
        }

        var indices = SliceIndices.Resolve(TryLength(value)!.Value, Bound(start), Bound(stop), Bound(step));
        if (value is JinjaRange range)
        {
            return new JinjaRange(
                range.Start + (indices.Start * range.Step), range.Start + (indices.Stop * range.Step), indices.Step * range.Step);
        }

        if (value is JinjaString text)
            return SliceText(evaluator, text, indices);
        evaluator.Budget.ChargeItems(indices.Count);
        var items = value is JinjaList list ? list.Items : ((JinjaTuple)value).Items;
        var result = new JinjaValue[indices.Count];
        for (var i = 0; i < result.Length; i++)
            result[i] = items[(int)(indices.Start + (i * indices.Step))];
        return value is JinjaList ? new JinjaList(result) : new JinjaTuple(result);
    }

    public static JinjaString Reverse(Evaluator evaluator, JinjaString text) =>
        SliceText(evaluator, text, SliceIndices.Resolve(text.CodePoints, null, null, -1));

    private static JinjaString SliceText(Evaluator evaluator, JinjaString text, SliceIndices indices)
    {
        evaluator.Budget.ChargeText(text.Text.Length);
        if (indices.Step.IsOne)
        {
            var start = text.OffsetOf((int)indices.Start);
            return text.Substring(start, text.OffsetOf((int)indices.Start + indices.Count) - start);
        }

        var offsets = new int[text.CodePoints];
        for (int i = 0, offset = 0; i < offsets.Length; offset += PythonText.WidthAt(text.Text, offset), i++)
            offsets[i] = offset;
        var result = new SpannedBuilder(evaluator.Budget);
        for (var i = 0; i < indices.Count; i++)
        {
            var at = offsets[(int)(indices.Start + (i * indices.Step))];
            result.Append(text, at, PythonText.WidthAt(text.Text, at));
        }

        return result.ToValue();
    }

    private static BigInteger? Bound(JinjaValue? value) => value switch
    {
        null or JinjaNone => null,
        _ => Numbers.AsInteger(value)
            ?? throw JinjaException.Type("TypeError: slice indices must be integers or None or have an __index__ method"),
    };

    private static BigInteger? IndexIn(JinjaRange range, BigInteger number)
    {
        var index = BigInteger.DivRem(number - range.Start, range.Step, out var rest);
        return rest.IsZero && index.Sign >= 0 && index < range.Length ? index : null;
    }

    private static IEnumerable<JinjaValue> Numbered(JinjaRange range)
    {
        for (var i = 0; i < range.Length; i++)
            yield return range.At(i);
    }

    private static IEnumerable<JinjaValue> Drain(Budget budget, JinjaIterator iterator)
    {
        while (iterator.Next(budget) is { } item)
            yield return item;
    }

    private static IEnumerable<JinjaValue> Charged(Budget budget, IEnumerable<JinjaValue> items)
    {
        foreach (var item in items)
        {
            budget.Charge();
            yield return item;
        }
    }
}
