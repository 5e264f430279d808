namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Evaluates expressions of one rendering.</summary>
internal sealed class Evaluator
{
    public Evaluator(JinjaLimits limits, TimeProvider clock, IReadOnlyDictionary<Statement[], string[]> hiddenNames)
    {
        Clock = clock;
        Budget = new Budget(limits, clock);
        Comparer = new ValueComparer(Budget);
        Statements = new StatementRunner(this, hiddenNames);
    }

    public Budget Budget { get; }

    public TimeProvider Clock { get; }

    public ValueComparer Comparer { get; }

    public StatementRunner Statements { get; }

    /// <summary>Where in the source the evaluator stands, for error messages.</summary>
    public int Position { get; set; }

    public JinjaValue Evaluate(Expression expression, Scope scope)
    {
        Budget.Charge();
        Budget.Enter();
        var value = expression switch
        {
            Expression.Constant node => node.Value,
            Expression.Name node => scope.Find(node.Identifier) ?? JinjaUndefined.Name(node.Identifier),
            Expression.Attribute node => Attribute(node, scope),
            Expression.Item node => Item(node, scope),
            Expression.Call node => Call(node, scope),
            Expression.Filter node => Filter(node, Evaluate(node.Input!, scope), scope),
            Expression.Test node => JinjaBoolean.Of(Test(node, scope)),
            Expression.Binary node => Binary(node, scope),
            Expression.Logical node => Logical(node, scope),
            Expression.Not node => JinjaBoolean.Of(!Evaluate(node.Operand, scope).IsTrue),
            Expression.Compare node => JinjaBoolean.Of(Compare(node, scope)),
            Expression.Concat node => Concat(node, scope),
            Expression.Conditional node => Conditional(node, scope),
            Expression.Sign node => Sign(node, scope),
            Expression.List node => new JinjaList(EvaluateAll(node.Items, scope)),
            Expression.Tuple node => new JinjaTuple(EvaluateAll(node.Items, scope)),
            Expression.Dict node => Dict(node, scope),
            _ => throw Fail(expression.Position, "TypeError: a slice stands where a value is needed"),
        };
        Budget.Leave();
        return value;
    }

    public JinjaString Text(JinjaValue value) => Printer.Str(Budget, value);

    public JinjaValue Call(Expression.Call node, Scope scope, JinjaValue? caller = null)
    {
        var target = Evaluate(node.Target, scope);
        var arguments = Arguments(node.Arguments, scope);
        if (caller is not null)
            arguments = arguments with { Named = [.. arguments.Named, new NamedArgument("caller", caller)] };
        Position = node.Position;
        return Invoke(target, arguments);
    }

    public JinjaValue Invoke(JinjaValue target, Arguments arguments) => target switch
    {
        JinjaCallable callable => callable.Invoke(this, arguments),
        JinjaUndefined undefined => throw undefined.Error(),
        JinjaLoop loop => arguments is { Positional: [var inner], Named: [] } ? loop.Recurse(this, inner)
            : throw JinjaException.Type("TypeError: loop() takes one argument"),
        _ => throw JinjaException.Type($"TypeError: '{target.TypeName}' object is not callable"),
    };

    public JinjaValue Filter(Expression.Filter node, JinjaValue input, Scope scope)
    {
        var arguments = Arguments(node.Arguments, scope);
        Position = node.Position;
        return Filter(node.FilterName, input, arguments);
    }

    public JinjaValue Filter(string name, JinjaValue input, Arguments arguments) =>
        FilterTable.Table.TryGet(name, out var filter) ? filter.Invoke(this, input, arguments)
        : throw JinjaException.Type($"No filter named '{name}'.");

    public bool Test(string name, JinjaValue input, Arguments arguments) =>
        TestTable.Table.TryGet(name, out var test) ? test.Invoke(this, input, arguments).IsTrue
        : throw JinjaException.Type($"No test named '{name}'.");

    public JinjaException Fail(int position, string message) => new(JinjaErrorKind.Runtime, message, position);

    private JinjaValue Attribute(Expression.Attribute node, Scope scope)
    {
        var target = Evaluate(node.Target, scope);
        Position = node.Position;
        return Members.GetAttribute(this, target, node.Key);
    }

    private JinjaValue Item(Expression.Item node, Scope scope)
    {
        var target = Evaluate(node.Target, scope);
        if (node.Index is Expression.Slice slice)
        {
            var start = slice.Start is null ? null : Evaluate(slice.Start, scope);
            var stop = slice.Stop is null ? null : Evaluate(slice.Stop, scope);
            var step = slice.Step is null ? null : Evaluate(slice.Step, scope);
            Position = node.Position;
            return Sequences.Slice(this, target, start, stop, step);
        }

        var index = Evaluate(node.Index, scope);
        Position = node.Position;
        return Members.GetItem(this, target, index);
    }

    private bool Test(Expression.Test node, Scope scope)
    {
        var input = Evaluate(node.Input, scope);
        var arguments = Arguments(node.Arguments, scope);
        Position = node.Position;
        return Test(node.TestName, input, arguments);
    }

    private JinjaValue Binary(Expression.Binary node, Scope scope)
    {
        var left = Evaluate(node.Left, scope);
        var right = Evaluate(node.Right, scope);
        Position = node.Position;
        return Arithmetic.Apply(this, node.Operator, left, right);
    }

    private JinjaValue Logical(Expression.Logical node, Scope scope)
    {
        var left = Evaluate(node.Left, scope);
        return left.IsTrue == node.IsOr ? left : Evaluate(node.Right, scope);
    }

    private bool Compare(Expression.Compare node, Scope scope)
    {
        var left = Evaluate(node.First, scope);
        foreach (var (op, operand) in node.Rest)
        {
            var right = Evaluate(operand, scope);
            Position = node.Position;
            var holds = op switch
            {
                "==" => Comparer.Equals(left, right),
                "!=" => !Comparer.Equals(left, right),
                "in" => Sequences.Contains(this, right, left),
                "not in" => !Sequences.Contains(this, right, left),
                _ => Ordering.Holds(this, left, op, right),
            };
            if (!holds)
                return false;
            left = right;
        }

        return true;
    }

    private JinjaString Concat(Expression.Concat node, Scope scope)
    {
        var result = new SpannedBuilder(Budget);
        foreach (var item in node.Items)
            result.Append(Text(Evaluate(item, scope)));
        return result.ToValue();
    }

    private JinjaValue Conditional(Expression.Conditional node, Scope scope)
    {
        if (Evaluate(node.Condition, scope).IsTrue)
            return Evaluate(node.WhenTrue, scope);
        return node.WhenFalse is null
            ? new JinjaUndefined("the inline if-expression evaluated to false and no else section was defined.")
            : Evaluate(node.WhenFalse, scope);
    }

    private JinjaValue Sign(Expression.Sign node, Scope scope)
    {
        var value = Evaluate(node.Operand, scope);
        Position = node.Position;
        return node.IsMinus ? Arithmetic.Negate(value) : Arithmetic.Plus(value);
    }

    private JinjaValue[] EvaluateAll(Expression[] items, Scope scope)
    {
        var values = new JinjaValue[items.Length];
        for (var i = 0; i < items.Length; i++)
            values[i] = Evaluate(items[i], scope);
        return values;
    }

    private JinjaDict Dict(Expression.Dict node, Scope scope)
    {
        var dict = new JinjaDict(Comparer);
        foreach (var (key, value) in node.Items)
        {
            var name = Evaluate(key, scope);
            dict.Items[name] = Evaluate(value, scope);
        }

        return dict;
    }

    private Arguments Arguments(CallArguments arguments, Scope scope)
    {
        if (arguments == CallArguments.None)
            return Jinja.Arguments.None;
        List<JinjaValue> positional = [.. EvaluateAll(arguments.Positional, scope)];
        var named = new List<NamedArgument>();
        foreach (var (name, value) in arguments.Named)
            AddNamed(named, new NamedArgument(name, Evaluate(value, scope)));
        if (arguments.PositionalRest is not null)
        {
            foreach (var item in Sequences.Iterate(this, Evaluate(arguments.PositionalRest, scope)))
                Budget.Add(positional, item);
        }

        if (arguments.NamedRest is not null)
        {
            if (Evaluate(arguments.NamedRest, scope) is not JinjaDict rest)
                throw Fail(arguments.NamedRest.Position, "TypeError: argument after ** must be a mapping");
            Budget.ChargeItems(rest.Items.Count);
            foreach (var (key, value) in rest.Items)
            {
                var name = key as JinjaString ?? throw JinjaException.Type("TypeError: keywords must be strings");
                AddNamed(named, new NamedArgument(name.Text, value, name.HasUserText));
            }
        }

        return new Arguments(positional, named);
    }

    private void AddNamed(List<NamedArgument> named, NamedArgument argument)
    {
        foreach (var other in named)
        {
            if (other.Name == argument.Name)
                throw JinjaException.Type($"TypeError: got multiple values for keyword argument '{other.Name}'");
        }

        Budget.Charge(1 + named.Count);
        named.Add(argument);
    }
}
