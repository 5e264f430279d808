namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Filters that order, group or compare items; without regard to case unless asked.</summary>
internal static class SortingFilters
{
    public static void AddTo(FunctionTable table)
    {
        table.Add("sort", "reverse? case_sensitive? attribute?", Sort);
        table.Add("unique", "case_sensitive? attribute?", (e, v, a) => new JinjaIterator(Unique(e, v, a)));
        table.Add("min", "case_sensitive? attribute?", (e, v, a) => Extreme(e, v, a, "<"));
        table.Add("max", "case_sensitive? attribute?", (e, v, a) => Extreme(e, v, a, ">"));
        table.Add("dictsort", "case_sensitive? by? reverse?", DictSort);
        table.Add("groupby", "attribute default? case_sensitive?", GroupBy);
    }

    private static Func<JinjaValue, JinjaValue> Key(Evaluator evaluator, JinjaValue? caseSensitive, AttributePath path)
    {
        var keepsCase = Require.Flag(caseSensitive, false);
        return item => FoldCase(evaluator, path.Get(evaluator, item), keepsCase);
    }

    private static JinjaValue FoldCase(Evaluator evaluator, JinjaValue value, bool keepsCase) =>
        !keepsCase && value is JinjaString text ? StringMethods.Map(evaluator, text, PythonCase.Lower) : value;

    private static JinjaList Sort(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        var paths = AttributePath.AllOf(a[2]);
        var keepsCase = Require.Flag(a[1], false);
        return new JinjaList(Ordering.Sort(
            evaluator,
            Sequences.Iterate(evaluator, value),
            item => new JinjaTuple([.. paths.Select(path => FoldCase(evaluator, path.Get(evaluator, item), keepsCase))]),
            Require.Flag(a[0], false)));
    }

    private static IEnumerable<JinjaValue> Unique(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        var key = Key(evaluator, a[0], AttributePath.Of(a[1]));
        var seen = new HashSet<JinjaValue>(evaluator.Comparer);
        foreach (var item in Sequences.Iterate(evaluator, value))
        {
            if (seen.Add(key(item)))
                yield return item;
        }
    }

    private static JinjaValue Extreme(Evaluator evaluator, JinjaValue value, JinjaValue?[] a, string op)
    {
        var key = Key(evaluator, a[0], AttributePath.Of(a[1]));
        JinjaValue? best = null;
        JinjaValue? bestKey = null;
        foreach (var item in Sequences.Iterate(evaluator, value))
        {
            var itemKey = key(item);
            if (bestKey is null || Ordering.Holds(evaluator, itemKey, op, bestKey))
                (best, bestKey) = (item, itemKey);
        }

        return best ?? new JinjaUndefined("No aggregated item, sequence was empty.");
    }

    private static JinjaList DictSort(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        if (value is not JinjaDict dict)
        {
            throw value is JinjaUndefined undefined ? undefined.Error()
                : JinjaException.Type($"TypeError: '{value.TypeName}' object has no attribute 'items'");
        }

        var by = a[1] is null ? "key" : Require.Text(a[1], "by").Text;
        if (by is not ("key" or "value"))
            throw JinjaException.Type("You can only sort by either \"key\" or \"value\"");
        var keepsCase = Require.Flag(a[0], false);
        return new JinjaList(Ordering.Sort(
            evaluator,
            new JinjaDictView(dict, JinjaDictView.Part.Items).Values(),
            pair => FoldCase(evaluator, ((JinjaTuple)pair).Items[by == "key" ? 0 : 1], keepsCase),
            Require.Flag(a[2], false)));
    }

    private static JinjaList GroupBy(Evaluator evaluator, JinjaValue value, JinjaValue?[] a)
    {
        var path = AttributePath.Of(a[0], a[1]);
        var key = Key(evaluator, a[2], path);
        var groups = new List<JinjaValue>();
        var members = new List<JinjaValue>();
        foreach (var item in Ordering.Sort(evaluator, Sequences.Iterate(evaluator, value), key, isReversed: false))
        {
            if (members.Count > 0 && !evaluator.Comparer.Equals(key(members[0]), key(item)))
                Close();
            evaluator.Budget.Add(members, item);
        }

        if (members.Count > 0)
            Close();
        return new JinjaList(groups);

        void Close()
        {
            groups.Add(new JinjaTuple([path.Get(evaluator, members[0]), new JinjaList(members)], ["grouper", "list"]));
            members = [];
        }
    }
}
