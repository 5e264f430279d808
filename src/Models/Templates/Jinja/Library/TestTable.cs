namespace VisionCluster.Models.Templates.Jinja;

/// <summary>The tests of jinja2: what may stand after <c>is</c>.</summary>
internal static class TestTable
{
    public static FunctionTable Table { get; } = Build();

    private static FunctionTable Build()
    {
        var table = new FunctionTable();
        AddTypes();
        AddValues();
        AddComparisons();
        return table;

        void AddTypes()
        {
            Add("defined", (_, v) => v is not JinjaUndefined);
            Add("undefined", (_, v) => v is JinjaUndefined);
            Add("none", (_, v) => v is JinjaNone);
            Add("boolean", (_, v) => v is JinjaBoolean);
            Add("true", (_, v) => v == JinjaBoolean.True);
            Add("false", (_, v) => v == JinjaBoolean.False);
            Add("integer", (_, v) => v is JinjaInteger);
            Add("float", (_, v) => v is JinjaFloat);
            Add("number", (_, v) => v is JinjaInteger or JinjaFloat or JinjaBoolean);
            Add("string", (_, v) => v is JinjaString);
            Add("mapping", (_, v) => v is JinjaDict);
            Add("sequence", (_, v) => v is JinjaString or JinjaList or JinjaTuple or JinjaDict or JinjaRange or JinjaUndefined);
            Add("iterable", (e, v) => v is JinjaLoop || Sequences.TryIterate(e, v) is not null);
            Add("callable", (_, v) => v is JinjaCallable or JinjaUndefined or JinjaLoop);
            Add("escaped", (_, v) => v is JinjaString { IsMarkup: true });
        }

        void AddValues()
        {
            Add("odd", (e, v) => Equals(e, Arithmetic.Apply(e, "%", v, Require.Integer(2)), 1));
            Add("even", (e, v) => Equals(e, Arithmetic.Apply(e, "%", v, Require.Integer(2)), 0));
            table.Add("divisibleby", "num", (e, v, a) => JinjaBoolean.Of(Equals(e, Arithmetic.Apply(e, "%", v, a[0]!), 0)));
            Add("lower", (e, v) => StringPredicates.IsLower(e.Text(v).Text));
            Add("upper", (e, v) => StringPredicates.IsUpper(e.Text(v).Text));
            Add("filter", (e, v) => NamesOneOf(e, v, FilterTable.Table));
            Add("test", (e, v) => NamesOneOf(e, v, table));
            table.Add("sameas", "other", (e, v, a) => JinjaBoolean.Of(IsSame(e, v, a[0]!)));
            table.Add("in", "seq", (e, v, a) => JinjaBoolean.Of(Sequences.Contains(e, a[0]!, v)));
        }

        void AddComparisons()
        {
            table.Add("eq", "other", (e, v, a) => JinjaBoolean.Of(e.Comparer.Equals(v, a[0])));
            table.Add("ne", "other", (e, v, a) => JinjaBoolean.Of(!e.Comparer.Equals(v, a[0])));
            table.Add("lt", "other", (e, v, a) => JinjaBoolean.Of(Ordering.Holds(e, v, "<", a[0]!)));
            table.Add("le", "other", (e, v, a) => JinjaBoolean.Of(Ordering.Holds(e, v, "<=", a[0]!)));
            table.Add("gt", "other", (e, v, a) => JinjaBoolean.Of(Ordering.Holds(e, v, ">", a[0]!)));
            table.Add("ge", "other", (e, v, a) => JinjaBoolean.Of(Ordering.Holds(e, v, ">=", a[0]!)));
            table.Alias("==", "eq").Alias("equalto", "eq").Alias("!=", "ne").Alias("<", "lt").Alias("lessthan", "lt").Alias("<=", "le")
                .Alias(">", "gt").Alias("greaterthan", "gt").Alias(">=", "ge");
        }

        void Add(string name, Func<Evaluator, JinjaValue, bool> holds) =>
            table.Add(name, "", (evaluator, value, _) => JinjaBoolean.Of(holds(evaluator, value)));
    }

    // Python looks the value up in a dictionary of names, which fails for what cannot be hashed.
    private static bool NamesOneOf(Evaluator evaluator, JinjaValue value, FunctionTable table) =>
        evaluator.Comparer.GetHashCode(value) is var _ && value is JinjaString name && table.Contains(name.Text);

    private static bool Equals(Evaluator evaluator, JinjaValue rest, int wanted) =>
        evaluator.Comparer.Equals(rest, Require.Integer(wanted));

    // Identity: CPython shares small integers and equal texts of one template; larger values are the same only when they are one object.
    private static bool IsSame(Evaluator evaluator, JinjaValue left, JinjaValue right) => ReferenceEquals(left, right)
        || (left.GetType() == right.GetType() && left is JinjaInteger or JinjaString && evaluator.Comparer.Equals(left, right));
}
