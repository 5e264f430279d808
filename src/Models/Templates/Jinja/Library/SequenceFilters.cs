namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Filters over lists and other sequences.</summary>
internal static class SequenceFilters
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("default", "default_value? boolean?", (_, v, a) =>
            v is JinjaUndefined || (Require.Flag(a[1], false) && !v.IsTrue) ? a[0] ?? JinjaString.Empty : v);
        table.Alias("d", "default");
        table.Add("length", "", (_, v, _) => new JinjaInteger(Sequences.TryLength(v)
            ?? throw JinjaException.Type($"TypeError: object of type '{v.TypeName}' has no len()")));
        table.Alias("count", "length");
        table.Add("list", "", (e, v, _) => new JinjaList(Sequences.ToList(e, v)));
        table.Add("first", "", (e, v, _) => Sequences.Iterate(e, v).FirstOrDefault() ?? Nothing("first"));
        table.Add("last", "", (e, v, _) => Reversed(e, v, strict: true).FirstOrDefault() ?? Nothing("last"));
        table.Add("random", "", (e, v, _) => Sequences.ToList(e, v) is { Count: > 0 } items
            ? items[Random.Shared.Next(items.Count)] : Nothing("random"));
        table.Add("reverse", "", (e, v, _) => v is JinjaString text ? Sequences.Reverse(e, text)
            : new JinjaIterator(Reversed(e, v, strict: false), "list_reverseiterator"));
        table.Add("join", "d? attribute?", Join);
        table.Add("items", "", (_, v, _) => v switch
        {
            JinjaUndefined => new JinjaIterator([]),
            JinjaDict dict => new JinjaIterator(new JinjaDictView(dict, JinjaDictView.Part.Items).Values()),
            _ => throw JinjaException.Type("TypeError: Can only get item pairs from a mapping."),
        });
        table.Add("sum", "attribute? start?", Sum);
        table.Add("batch", "linecount fill_with?", (e, v, a) => new JinjaIterator(Batch(e, v, Numbers.RequireCount(a[0], 0), a[1])));
        table.Add("slice", "slices fill_with?", (e, v, a) => new JinjaIterator(Slice(e, v, Numbers.RequireCount(a[0], 0), a[1])));
        table.Add("attr", "name", (e, v, a) => Members.GetAttributeOnly(e, v, Require.Text(a[0], "attribute name")));
    }

    /// <summary>Items from the back; <paramref name="strict"/> refuses what Python's <c>reversed</c> refuses.</summary>
    private static IEnumerable<JinjaValue> Reversed(Evaluator evaluator, JinjaValue value, bool strict)
    {
        if (strict && value is JinjaIterator)
            throw JinjaException.Type($"TypeError: '{value.TypeName}' object is not reversible");
        var items = Sequences.ToList(evaluator, value);
        items.Reverse();
        return items;
    }

    private static JinjaUndefined Nothing(string which) => new($"No {which} item, sequence was empty.");

    private static JinjaValue Sum(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        if (a[1] is JinjaString)
            throw JinjaException.Type("TypeError: sum() can't sum strings [use ''.join(seq) instead]");
        var path = AttributePath.Of(a[0]);
        return Sequences.Iterate(evaluator, value).Aggregate(
            a[1] ?? Require.Integer(0), (sum, item) => Arithmetic.Apply(evaluator, "+", sum, path.Get(evaluator, item)));
    }

    private static JinjaString Join(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        var separator = a[0] is null ? JinjaString.Empty : evaluator.Text(a[0]!);
        var path = AttributePath.Of(a[1]);
        var result = new SpannedBuilder(evaluator.Budget);
        var isFirst = true;
        foreach (var item in Sequences.Iterate(evaluator, value))
        {
            if (!isFirst)
                result.Append(separator);
            isFirst = false;
            result.Append(evaluator.Text(path.Get(evaluator, item)));
        }

        return result.ToValue();
    }

    private static IEnumerable<JinjaValue> Batch(Evaluator evaluator, JinjaValue value, int size, JinjaValue? fill)
    {
        var batch = new List<JinjaValue>();
        foreach (var item in Sequences.Iterate(evaluator, value))
        {
            if (batch.Count == size)
            {
                yield return new JinjaList(batch);
                batch = [];
            }

            evaluator.Budget.Add(batch, item);
        }

        if (batch.Count == 0)
            yield break;
        Fill(evaluator, batch, size - batch.Count, fill);
        yield return new JinjaList(batch);
    }

    private static IEnumerable<JinjaValue> Slice(Evaluator evaluator, JinjaValue value, int slices, JinjaValue? fill)
    {
        var items = Sequences.ToList(evaluator, value);
        if (slices == 0)
            throw JinjaException.Type("ZeroDivisionError: integer division or modulo by zero");
        var start = 0;
        for (var i = 0; i < slices; i++)
        {
            evaluator.Budget.Charge();
            var isLonger = i < items.Count % slices;
            var count = (items.Count / slices) + (isLonger ? 1 : 0);
            var slice = items.GetRange(start, count);
            start += count;
            if (!isLonger)
                Fill(evaluator, slice, 1, fill);
            yield return new JinjaList(slice);
        }
    }

    private static void Fill(Evaluator evaluator, List<JinjaValue> items, int count, JinjaValue? fill)
    {
        for (; fill is not (null or JinjaNone) && count > 0; count--)
            evaluator.Budget.Add(items, fill);
    }
}
