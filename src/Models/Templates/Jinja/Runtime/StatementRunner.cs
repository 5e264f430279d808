namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Runs statements and collects what they print.</summary>
internal sealed class StatementRunner(Evaluator evaluator, IReadOnlyDictionary<Statement[], string[]> hiddenNames)
{
    private readonly List<TextSpan> _generated = [];
    private SpannedBuilder? _root;

    /// <summary>What generation blocks wrote. Offsets count the text printed outside macros, as transformers does.</summary>
    public IReadOnlyList<TextSpan> Generated => _generated;

    public JinjaString Render(Statement[] body, Scope scope)
    {
        _root = new SpannedBuilder(evaluator.Budget, evaluator.Budget.Limits.MaxOutputLength);
        RunScope(body, scope, _root);
        return _root.ToValue();
    }

    public JinjaString RunMacro(MacroDefinition macro, Scope definedIn, Arguments arguments)
    {
        evaluator.Budget.Enter();
        var scope = new Scope(definedIn);
        MacroArguments.Bind(evaluator, macro, scope, arguments);
        var text = Capture(macro.Body, scope);
        evaluator.Budget.Leave();
        return text;
    }

    /// <summary>Runs a body with a scope of its own, see <see cref="ScopeAnalysis"/>.</summary>
    private Flow RunScope(Statement[] body, Scope scope, SpannedBuilder output)
    {
        if (hiddenNames.TryGetValue(body, out var names))
        {
            foreach (var name in names)
                scope.Set(name, JinjaUndefined.Name(name));
        }

        return Run(body, scope, output);
    }

    private Flow Run(Statement[] body, Scope scope, SpannedBuilder output)
    {
        evaluator.Budget.Enter();
        var flow = Flow.Next;
        foreach (var statement in body)
        {
            evaluator.Budget.Charge();
            flow = Run(statement, scope, output);
            if (flow != Flow.Next)
                break;
        }

        evaluator.Budget.Leave();
        return flow;
    }

    private Flow Run(Statement statement, Scope scope, SpannedBuilder output)
    {
        switch (statement)
        {
            case Statement.Text text:
                output.Append(text.Value);
                return Flow.Next;
            case Statement.Print print:
                var value = evaluator.Evaluate(print.Value, scope);
                output.Append(evaluator.Text(value));
                return Flow.Next;
            case Statement.If branches:
                return RunIf(branches, scope, output);
            case Statement.For loop:
                return RunFor(loop, scope, evaluator.Evaluate(loop.Source, scope), 0, output);
            case Statement.Set set:
                Assign(set.Target, evaluator.Evaluate(set.Value, scope), scope);
                return Flow.Next;
            case Statement.SetBlock set:
                return RunSetBlock(set, scope);
            case Statement.FilterBlock filter:
                return RunFilterBlock(filter, scope, output);
            case Statement.With with:
                return RunWith(with, scope, output);
            case Statement.Scoped scoped:
                return RunScope(scoped.Body, new Scope(scope), output);
            case Statement.Generation generation:
                RunGeneration(generation, scope, output);
                return Flow.Next;
            case Statement.Macro macro:
                scope.Set(macro.Definition.Name!, new JinjaMacro(macro.Definition, scope));
                return Flow.Next;
            case Statement.CallBlock call:
                output.Append(evaluator.Text(evaluator.Call(call.Call, scope, new JinjaMacro(call.Caller, scope))));
                return Flow.Next;
            case Statement.Break:
                return Flow.Break;
            case Statement.Continue:
                return Flow.Continue;
            default:
                throw evaluator.Fail(statement.Position, "TypeError: no loader for this environment specified");
        }
    }

    private Flow RunIf(Statement.If node, Scope scope, SpannedBuilder output)
    {
        foreach (var (test, body) in node.Branches)
        {
            if (test is null || evaluator.Evaluate(test, scope).IsTrue)
                return Run(body, scope, output);
        }

        return Flow.Next;
    }

    private Flow RunFor(Statement.For node, Scope scope, JinjaValue source, int depth0, SpannedBuilder output)
    {
        evaluator.Position = node.Position;
        var items = Sequences.Iterate(evaluator, source);
        if (node.Filter is not null)
            items = Filtered(node, items, scope);
        Func<Evaluator, JinjaValue, int, JinjaValue>? recurse = node.IsRecursive
            ? (_, inner, depth) => Recurse(node, scope, inner, depth)
            : null;
        using var enumerator = items.GetEnumerator();
        var loop = new JinjaLoop(evaluator.Budget, node.Filter is null ? source : JinjaNone.Value, enumerator, depth0, recurse);

        // As in jinja2, else runs unless some iteration came to its end: continue and break do not count.
        var ranElse = true;
        var flow = Flow.Next;
        while (flow != Flow.Break && loop.MoveNext(out var item))
        {
            var inner = new Scope(scope);
            inner.Set("loop", loop);
            Assign(node.Target, item, inner);
            flow = RunScope(node.Body, inner, output);
            ranElse &= flow != Flow.Next;
        }

        return ranElse && node.Otherwise.Length > 0 ? RunScope(node.Otherwise, new Scope(scope), output) : Flow.Next;
    }

    private JinjaString Recurse(Statement.For node, Scope scope, JinjaValue inner, int depth)
    {
        evaluator.Budget.Enter();
        var output = new SpannedBuilder(evaluator.Budget);
        RunFor(node, scope, inner, depth, output);
        evaluator.Budget.Leave();
        return output.ToValue();
    }

    private IEnumerable<JinjaValue> Filtered(Statement.For node, IEnumerable<JinjaValue> items, Scope scope)
    {
        foreach (var item in items)
        {
            var inner = new Scope(scope);
            Assign(node.Target, item, inner);
            if (evaluator.Evaluate(node.Filter!, inner).IsTrue)
                yield return item;
        }
    }

    private Flow RunSetBlock(Statement.SetBlock node, Scope scope)
    {
        var output = new SpannedBuilder(evaluator.Budget);
        var flow = RunScope(node.Body, new Scope(scope), output);
        if (flow == Flow.Next)
            Assign(node.Target, node.Filter is null ? output.ToValue() : Through(node.Filter, output.ToValue(), scope), scope);
        return flow;
    }

    private Flow RunFilterBlock(Statement.FilterBlock node, Scope scope, SpannedBuilder output)
    {
        var inner = new Scope(scope);
        var text = new SpannedBuilder(evaluator.Budget);
        var flow = RunScope(node.Body, inner, text);
        if (flow == Flow.Next)
            output.Append(evaluator.Text(Through(node.Filter, text.ToValue(), inner)));
        return flow;
    }

    private JinjaValue Through(Expression.Filter filter, JinjaValue input, Scope scope)
    {
        evaluator.Budget.Enter();
        if (filter.Input is Expression.Filter before)
            input = Through(before, input, scope);
        var value = evaluator.Filter(filter, input, scope);
        evaluator.Budget.Leave();
        return value;
    }

    private Flow RunWith(Statement.With node, Scope scope, SpannedBuilder output)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in node.Assignments)
            Assign(target, evaluator.Evaluate(value, scope), inner);
        return RunScope(node.Body, inner, output);
    }

    private void RunGeneration(Statement.Generation node, Scope scope, SpannedBuilder output)
    {
        var text = RunMacro(node.Body, scope, Arguments.None);
        _generated.Add(new TextSpan(_root!.Length, text.Text.Length));
        output.Append(text);
    }

    private JinjaString Capture(Statement[] body, Scope scope)
    {
        var output = new SpannedBuilder(evaluator.Budget);
        RunScope(body, scope, output);
        return output.ToValue();
    }

    private void Assign(Expression target, JinjaValue value, Scope scope)
    {
        switch (target)
        {
            case Expression.Name name:
                scope.Set(name.Identifier, value);
                break;
            case Expression.NamespaceTarget reference:
                evaluator.Position = reference.Position;
                if (scope.Find(reference.Identifier) is not JinjaNamespace space)
                    throw evaluator.Fail(reference.Position, "cannot assign attribute on non-namespace object");
                space.Set(reference.Member, value);
                break;
            case Expression.Tuple tuple:
                Unpack(tuple, value, scope);
                break;
        }
    }

    private void Unpack(Expression.Tuple targets, JinjaValue value, Scope scope)
    {
        var expected = targets.Items.Length;
        var items = Sequences.TryIterate(evaluator, value)
            ?? throw evaluator.Fail(targets.Position, $"TypeError: cannot unpack non-iterable {value.TypeName} object");
        JinjaValue[] values = [.. items.Take(expected + 1)];
        if (values.Length != expected)
        {
            throw evaluator.Fail(targets.Position, values.Length > expected
                ? $"ValueError: too many values to unpack (expected {expected})"
                : $"ValueError: not enough values to unpack (expected {expected}, got {values.Length})");
        }

        for (var i = 0; i < expected; i++)
            Assign(targets.Items[i], values[i], scope);
    }
}
