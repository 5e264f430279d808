using System.Runtime.CompilerServices;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Visits every node of a template. Depth is bounded: left-associative chains make trees deeper than the parser went.</summary>
internal abstract class SyntaxWalker(JinjaLimits limits)
{
    private int _depth;

    public void Visit(Statement[] body)
    {
        foreach (var statement in body)
            Visit(statement);
    }

    protected virtual void Visit(Statement statement)
    {
        Enter(statement.Position);
        switch (statement)
        {
            case Statement.Print print:
                Visit(print.Value);
                break;
            case Statement.If node:
                foreach (var (test, body) in node.Branches)
                {
                    VisitOptional(test);
                    Visit(body);
                }

                break;
            case Statement.For node:
                Visit(node.Source);
                VisitInner(node.Filter, node.Body);
                VisitInner(null, node.Otherwise);
                break;
            case Statement.Set set:
                Visit(set.Value);
                break;
            case Statement.SetBlock set:
                VisitInner(set.Filter, set.Body);
                break;
            case Statement.FilterBlock filter:
                VisitInner(filter.Filter, filter.Body);
                break;
            case Statement.With with:
                foreach (var (_, value) in with.Assignments)
                    Visit(value);
                VisitInner(null, with.Body);
                break;
            case Statement.Scoped scoped:
                VisitInner(null, scoped.Body);
                break;
            case Statement.Generation generation:
                VisitMacro(generation.Body);
                break;
            case Statement.Macro macro:
                VisitMacro(macro.Definition);
                break;
            case Statement.CallBlock call:
                Visit(call.Call);
                VisitMacro(call.Caller);
                break;
        }

        _depth--;
    }

    protected virtual void Visit(Expression expression)
    {
        Enter(expression.Position);
        foreach (var child in Children(expression))
            Visit(child);
        _depth--;
    }

    /// <summary>What has a scope of its own.</summary>
    protected virtual void VisitInner(Expression? filter, Statement[] body)
    {
        VisitOptional(filter);
        Visit(body);
    }

    private void VisitOptional(Expression? expression)
    {
        if (expression is not null)
            Visit(expression);
    }

    private void VisitMacro(MacroDefinition macro)
    {
        foreach (var (_, value) in macro.Parameters)
            VisitOptional(value);
        VisitInner(null, macro.Body);
    }

    private void Enter(int position)
    {
        if (++_depth > limits.MaxNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new JinjaException(JinjaErrorKind.Syntax, $"the template nests deeper than {limits.MaxNesting} levels", position);
    }

    public static IEnumerable<Expression> Children(Expression expression) => expression switch
    {
        Expression.List node => node.Items,
        Expression.Tuple node => node.Items,
        Expression.Concat node => node.Items,
        Expression.Dict node => node.Items.SelectMany(pair => new[] { pair.Key, pair.Value }),
        Expression.Attribute node => [node.Target],
        Expression.Item node => [node.Target, node.Index],
        Expression.Slice node => new[] { node.Start, node.Stop, node.Step }.OfType<Expression>(),
        Expression.Call node => node.Arguments.All().Prepend(node.Target),
        Expression.Filter node => node.Input is null ? node.Arguments.All() : node.Arguments.All().Prepend(node.Input),
        Expression.Test node => node.Arguments.All().Prepend(node.Input),
        Expression.Binary node => [node.Left, node.Right],
        Expression.Logical node => [node.Left, node.Right],
        Expression.Not node => [node.Operand],
        Expression.Sign node => [node.Operand],
        Expression.Compare node => node.Rest.Select(pair => pair.Operand).Prepend(node.First),
        Expression.Conditional node => new[] { node.Condition, node.WhenTrue, node.WhenFalse }.OfType<Expression>(),
        _ => [],
    };
}
