namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Parses what values are assigned to.</summary>
internal sealed class TargetParser(TokenStream stream, ExpressionParser expressions)
{
    /// <summary>What a <c>for</c>, <c>set</c> or <c>with</c> assigns to: a name, names in a tuple, or a namespace's attribute.</summary>
    public Expression Parse(string? endName = null, bool withNamespace = false)
    {
        var position = stream.Current.Position;
        var items = new List<Expression>();
        var isTuple = false;
        while (!expressions.IsTupleEnd(endName))
        {
            items.Add(ParseItem(withNamespace));
            if (!stream.SkipOperator(","))
                break;
            isTuple = true;
        }

        if (!isTuple && items.Count == 0)
            throw stream.Error($"Expected an expression, got '{stream.Current.Describe()}'");
        return isTuple ? new Expression.Tuple(position, [.. items]) : items[0];
    }

    private Expression ParseItem(bool withNamespace)
    {
        if (stream.Current.IsOperator("("))
        {
            stream.Enter();
            stream.Take();
            var target = Parse(withNamespace: withNamespace);
            stream.ExpectOperator(")");
            stream.Leave();
            return target;
        }

        if (stream.Current.Kind != TokenKind.Name)
            throw stream.Error($"can't assign to '{stream.Current.Describe()}'");
        if (stream.Current.Text is "true" or "false" or "none" or "True" or "False" or "None")
            throw stream.Error("can't assign to 'const'");
        var name = stream.Take();
        if (!withNamespace || !stream.SkipOperator("."))
            return new Expression.Name(name.Position, name.Text);
        expressions.Reads(name.Text);
        return new Expression.NamespaceTarget(name.Position, name.Text, stream.ExpectName().Text);
    }
}
