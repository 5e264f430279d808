namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// Refuses filters and tests that do not exist when the template is compiled. As in jinja2, those directly under an <c>if</c> are left for
/// rendering, so that a template may ask <c>is filter</c> first.
/// </summary>
internal sealed class NameCheck(JinjaLimits limits) : SyntaxWalker(limits)
{
    private bool _isConditional;

    protected override void Visit(Statement statement)
    {
        var outer = _isConditional;
        _isConditional |= statement is Statement.If;
        base.Visit(statement);
        _isConditional = outer;
    }

    protected override void VisitInner(Expression? filter, Statement[] body)
    {
        var outer = _isConditional;
        _isConditional = false;
        base.VisitInner(filter, body);
        _isConditional = outer;
    }

    protected override void Visit(Expression expression)
    {
        var outer = _isConditional;
        _isConditional |= expression is Expression.Conditional;
        if (!_isConditional && expression is Expression.Filter filter && !FilterTable.Table.Contains(filter.FilterName))
            throw new JinjaException(JinjaErrorKind.Syntax, $"No filter named '{filter.FilterName}'.", filter.Position);
        if (!_isConditional && expression is Expression.Test test && !TestTable.Table.Contains(test.TestName))
            throw new JinjaException(JinjaErrorKind.Syntax, $"No test named '{test.TestName}'.", test.Position);
        base.Visit(expression);
        _isConditional = outer;
    }
}
