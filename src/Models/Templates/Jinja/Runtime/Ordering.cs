namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Python's <c>&lt;</c> and its kin, and sorting by them.</summary>
internal static class Ordering
{
    /// <summary>Negative, zero or positive; null where nothing holds (NaN). Fails for types that have no order between them.</summary>
    public static int? Compare(Evaluator evaluator, JinjaValue left, JinjaValue right, string op)
    {
        if ((left as JinjaUndefined ?? right as JinjaUndefined) is { } undefined)
            throw undefined.Error();
        evaluator.Budget.Charge();
        return (left, right) switch
        {
            (JinjaString a, JinjaString b) => PythonText.Compare(a.Text, b.Text),
            (JinjaList a, JinjaList b) => CompareItems(evaluator, a.Items, b.Items, op),
            (JinjaTuple a, JinjaTuple b) => CompareItems(evaluator, a.Items, b.Items, op),
            (JinjaFloat a, JinjaFloat b) => double.IsNaN(a.Value) || double.IsNaN(b.Value) ? null : a.Value.CompareTo(b.Value),
            (JinjaFloat a, _) when Numbers.AsInteger(right) is { } b => -Numbers.Compare(b, a.Value),
            (_, JinjaFloat b) when Numbers.AsInteger(left) is { } a => Numbers.Compare(a, b.Value),
            _ when Numbers.AsInteger(left) is { } a && Numbers.AsInteger(right) is { } b => a.CompareTo(b),
            _ => throw JinjaException.Type(
                $"TypeError: '{op}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'"),
        };
    }

    public static bool Holds(Evaluator evaluator, JinjaValue left, string op, JinjaValue right) => op switch
    {
        "<" => Compare(evaluator, left, right, op) < 0,
        "<=" => Compare(evaluator, left, right, op) <= 0,
        ">" => Compare(evaluator, left, right, op) > 0,
        _ => Compare(evaluator, left, right, op) >= 0,
    };

    /// <summary>Stable sort by keys; descending order keeps equal items in their order too, as Python's <c>reverse=True</c> does.</summary>
    public static List<JinjaValue> Sort(
        Evaluator evaluator, IEnumerable<JinjaValue> items, Func<JinjaValue, JinjaValue> key, bool isReversed)
    {
        var keyed = new List<(JinjaValue Key, JinjaValue Item)>();
        foreach (var item in items)
        {
            evaluator.Budget.CheckItems(keyed.Count + 1);
            keyed.Add((key(item), item));
        }

        var sign = isReversed ? -1 : 1;
        var order = Comparer<JinjaValue>.Create((a, b) => sign * Compare(evaluator, a, b, "<").GetValueOrDefault());
        try
        {
            return [.. keyed.OrderBy(pair => pair.Key, order).Select(pair => pair.Item)];
        }
        catch (InvalidOperationException error) when (error.InnerException is JinjaException inner)
        {
            throw inner;
        }
    }

    private static int? CompareItems(Evaluator evaluator, IReadOnlyList<JinjaValue> left, IReadOnlyList<JinjaValue> right, string op)
    {
        evaluator.Budget.Enter();
        var shared = Math.Min(left.Count, right.Count);
        int? order = left.Count.CompareTo(right.Count);
        for (var i = 0; i < shared; i++)
        {
            if (!evaluator.Comparer.Equals(left[i], right[i]))
            {
                order = Compare(evaluator, left[i], right[i], op);
                break;
            }
        }

        evaluator.Budget.Leave();
        return order;
    }
}
