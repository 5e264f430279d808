namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Parses what binds tighter than any operator: literals, names, brackets, signs, attributes, calls, filters and tests.</summary>
internal sealed class OperandParser(TokenStream stream, ExpressionParser expressions)
{
    /// <summary>An operand with its sign, attributes, calls, filters and tests.</summary>
    public Expression Parse() => ParseUnary(withFilters: true);

    private Expression ParseUnary(bool withFilters)
    {
        Expression node;
        if (stream.Current.IsOperator("-") || stream.Current.IsOperator("+"))
        {
            stream.Enter();
            var sign = stream.Take();
            node = new Expression.Sign(sign.Position, sign.Text == "-", ParseUnary(withFilters: false));
            stream.Leave();
        }
        else
        {
            node = ParsePrimary();
        }

        node = ParsePostfix(node);
        return withFilters ? ParseFilters(node) : node;
    }

    private Expression ParsePrimary()
    {
        var token = stream.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                stream.Take();
                return token.Text switch
                {
                    "true" or "True" => new Expression.Constant(token.Position, JinjaBoolean.True),
                    "false" or "False" => new Expression.Constant(token.Position, JinjaBoolean.False),
                    "none" or "None" => new Expression.Constant(token.Position, JinjaNone.Value),
                    _ => new Expression.Name(token.Position, expressions.Reads(token.Text)),
                };
            case TokenKind.String:
                var text = stream.Take().Text;
                while (stream.Current.Kind == TokenKind.String)
                    text += stream.Take().Text;
                return new Expression.Constant(token.Position, JinjaString.Trusted(text));
            case TokenKind.Integer:
                stream.Take();
                return new Expression.Constant(token.Position, new JinjaInteger(token.Integer));
            case TokenKind.Float:
                stream.Take();
                return new Expression.Constant(token.Position, new JinjaFloat(token.Float));
            case TokenKind.Operator when token.Text == "(":
                stream.Take();
                var tuple = expressions.ParseTuple(inParentheses: true);
                stream.ExpectOperator(")");
                return tuple;
            case TokenKind.Operator when token.Text == "[":
                stream.Take();
                return new Expression.List(token.Position, ParseItems("]", () => expressions.Parse()));
            case TokenKind.Operator when token.Text == "{":
                stream.Take();
                return new Expression.Dict(token.Position, ParseItems("}", ParsePair));
            default:
                throw stream.Error($"unexpected '{token.Describe()}'");
        }
    }

    private T[] ParseItems<T>(string close, Func<T> parseItem)
    {
        var items = new List<T>();
        while (!stream.SkipOperator(close))
        {
            if (items.Count > 0)
            {
                stream.ExpectOperator(",");
                if (stream.SkipOperator(close))
                    break;
            }

            items.Add(parseItem());
        }

        return [.. items];
    }

    private (Expression Key, Expression Value) ParsePair()
    {
        var key = expressions.Parse();
        stream.ExpectOperator(":");
        return (key, expressions.Parse());
    }

    private Expression ParsePostfix(Expression node)
    {
        while (true)
        {
            var position = stream.Current.Position;
            if (stream.SkipOperator("."))
                node = ParseAttribute(node, position);
            else if (stream.SkipOperator("["))
                node = new Expression.Item(position, node, ParseIndex(position));
            else if (stream.Current.IsOperator("("))
                node = new Expression.Call(position, node, ParseArguments());
            else
                return node;
        }
    }

    private Expression ParseAttribute(Expression node, int position)
    {
        var name = stream.Take();
        return name.Kind switch
        {
            TokenKind.Name => new Expression.Attribute(position, node, name.Text),
            TokenKind.Integer =>
                new Expression.Item(position, node, new Expression.Constant(name.Position, new JinjaInteger(name.Integer))),
            _ => throw new JinjaException(JinjaErrorKind.Syntax, "expected name or number", name.Position),
        };
    }

    private Expression ParseIndex(int position)
    {
        var items = new List<Expression>();
        while (!stream.SkipOperator("]"))
        {
            if (items.Count > 0)
                stream.ExpectOperator(",");
            items.Add(ParseSubscript());
        }

        return items.Count == 1 ? items[0] : new Expression.Tuple(position, [.. items]);
    }

    private Expression ParseSubscript()
    {
        var position = stream.Current.Position;
        Expression? start = null;
        if (!stream.Current.IsOperator(":"))
        {
            start = expressions.Parse();
            if (!stream.Current.IsOperator(":"))
                return start;
        }

        stream.ExpectOperator(":");
        var stop = IsSubscriptEnd() || stream.Current.IsOperator(":") ? null : expressions.Parse();
        var step = stream.SkipOperator(":") && !IsSubscriptEnd() ? expressions.Parse() : null;
        return new Expression.Slice(position, start, stop, step);
    }

    private bool IsSubscriptEnd() => stream.Current.IsOperator("]") || stream.Current.IsOperator(",");

    private Expression ParseFilters(Expression node)
    {
        while (true)
        {
            if (stream.Current.IsOperator("|"))
                node = ParseFilterChain(node);
            else if (stream.Current.IsName("is"))
                node = ParseTest(node);
            else if (stream.Current.IsOperator("("))
                node = new Expression.Call(stream.Current.Position, node, ParseArguments());
            else
                return node;
        }
    }

    /// <summary><c>| name(arguments)</c>, repeated; the first bar is absent where a block begins with the filter's name.</summary>
    public Expression.Filter ParseFilterChain(Expression? node, bool startsInline = false)
    {
        while (startsInline || stream.Current.IsOperator("|"))
        {
            if (!startsInline)
                stream.Take();
            startsInline = false;
            var name = stream.ExpectName();
            var arguments = stream.Current.IsOperator("(") ? ParseArguments() : CallArguments.None;
            node = new Expression.Filter(name.Position, node, name.Text, arguments);
        }

        return (Expression.Filter)node!;
    }

    private Expression ParseTest(Expression node)
    {
        var position = stream.Take().Position;
        var isNegated = stream.SkipName("not");
        var name = stream.ExpectName().Text;
        var arguments = CallArguments.None;
        if (stream.Current.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsTestArgument())
        {
            if (stream.Current.IsName("is"))
                throw stream.Error("You cannot chain multiple tests with is");
            arguments = new CallArguments([ParsePostfix(ParsePrimary())], []);
        }

        Expression test = new Expression.Test(position, node, name, arguments);
        return isNegated ? new Expression.Not(position, test) : test;
    }

    private bool StartsTestArgument() => stream.Current.Kind switch
    {
        TokenKind.Name => stream.Current.Text is not ("else" or "or" or "and"),
        TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Operator => stream.Current.Text is "[" or "{",
        _ => false,
    };

    private CallArguments ParseArguments()
    {
        var open = stream.ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? positionalRest = null;
        Expression? namedRest = null;
        for (var isFirst = true; !stream.SkipOperator(")"); isFirst = false)
        {
            if (!isFirst)
            {
                stream.ExpectOperator(",");
                if (stream.SkipOperator(")"))
                    break;
            }

            if (stream.Current.IsOperator("*"))
            {
                Ensure(positionalRest is null && namedRest is null);
                stream.Take();
                positionalRest = expressions.Parse();
            }
            else if (stream.Current.IsOperator("**"))
            {
                Ensure(namedRest is null);
                stream.Take();
                namedRest = expressions.Parse();
            }
            else if (stream.Current.Kind == TokenKind.Name && stream.Next.IsOperator("="))
            {
                Ensure(namedRest is null);
                var name = stream.Take().Text;
                stream.Take();
                named.Add((name, expressions.Parse()));
            }
            else
            {
                Ensure(positionalRest is null && namedRest is null && named.Count == 0);
                positional.Add(expressions.Parse());
            }
        }

        return new CallArguments([.. positional], [.. named], positionalRest, namedRest);

        void Ensure(bool isValid)
        {
            if (!isValid)
                throw new JinjaException(JinjaErrorKind.Syntax, "invalid syntax for function call expression", open.Position);
        }
    }
}
