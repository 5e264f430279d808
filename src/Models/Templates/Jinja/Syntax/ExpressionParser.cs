namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// Recursive-descent parser for expressions with jinja2's precedences, from loosest: <c>if/else</c>, <c>or</c>, <c>and</c>, <c>not</c>,
/// comparisons, <c>+ -</c>, <c>~</c>, <c>* / // %</c>, <c>**</c> (left-associative, weaker than a sign), postfix and filters.
/// </summary>
internal sealed class ExpressionParser(TokenStream stream)
{
    /// <summary>Names read since a macro began; the innermost macro is last.</summary>
    public List<HashSet<string>> NamesRead { get; } = [];

    public Expression Parse(bool withConditional = true)
    {
        stream.Enter();
        var expression = withConditional ? ParseConditional() : ParseOr();
        stream.Leave();
        return expression;
    }

    /// <summary>An expression, or several separated by commas: a tuple.</summary>
    public Expression ParseTuple(bool withConditional = true, string? endName = null, bool inParentheses = false)
    {
        var position = stream.Current.Position;
        var items = new List<Expression>();
        var isTuple = false;
        while (!IsTupleEnd(endName))
        {
            items.Add(Parse(withConditional));
            if (!stream.SkipOperator(","))
                break;
            isTuple = true;
        }

        if (!isTuple && items.Count == 1)
            return items[0];
        if (!isTuple && !inParentheses)
            throw stream.Error($"Expected an expression, got '{stream.Current.Describe()}'");
        return new Expression.Tuple(position, [.. items]);
    }

    /// <summary>What a <c>for</c>, <c>set</c> or <c>with</c> assigns to: a name, names in a tuple, or a namespace's attribute.</summary>
    public Expression ParseTarget(string? endName = null, bool withNamespace = false)
    {
        var position = stream.Current.Position;
        var items = new List<Expression>();
        var isTuple = false;
        while (!IsTupleEnd(endName))
        {
            items.Add(ParseTargetItem(withNamespace));
            if (!stream.SkipOperator(","))
                break;
            isTuple = true;
        }

        if (!isTuple && items.Count == 0)
            throw stream.Error($"Expected an expression, got '{stream.Current.Describe()}'");
        return isTuple ? new Expression.Tuple(position, [.. items]) : items[0];
    }

    private Expression ParseTargetItem(bool withNamespace)
    {
        if (stream.Current.IsOperator("("))
        {
            stream.Enter();
            stream.Take();
            var target = ParseTarget(withNamespace: withNamespace);
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
        Reads(name.Text);
        return new Expression.NamespaceTarget(name.Position, name.Text, stream.ExpectName().Text);
    }

    private bool IsTupleEnd(string? endName) =>
        stream.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || stream.Current.IsOperator(")")
        || (endName is not null && stream.Current.IsName(endName));

    private Expression ParseConditional()
    {
        var position = stream.Current.Position;
        var value = ParseOr();
        while (stream.SkipName("if"))
        {
            var test = ParseOr();
            var otherwise = stream.SkipName("else") ? Parse() : null;
            value = new Expression.Conditional(position, test, value, otherwise);
        }

        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (stream.Current.IsName("or"))
            left = new Expression.Logical(stream.Take().Position, isOr: true, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (stream.Current.IsName("and"))
            left = new Expression.Logical(stream.Take().Position, isOr: false, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!stream.Current.IsName("not"))
            return ParseCompare();
        stream.Enter();
        var not = new Expression.Not(stream.Take().Position, ParseNot());
        stream.Leave();
        return not;
    }

    private Expression ParseCompare()
    {
        var position = stream.Current.Position;
        var first = ParseArithmetic(0);
        List<(string, Expression)>? rest = null;
        while (true)
        {
            string op;
            if (stream.Current.Kind == TokenKind.Operator && stream.Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
                op = stream.Take().Text;
            else if (stream.SkipName("in"))
                op = "in";
            else if (stream.Current.IsName("not") && stream.Next.IsName("in"))
                (op, _, _) = ("not in", stream.Take(), stream.Take());
            else
                return rest is null ? first : new Expression.Compare(position, first, [.. rest]);
            (rest ??= []).Add((op, ParseArithmetic(0)));
        }
    }

    // Precedence climbing; every operator is left-associative.
    private Expression ParseArithmetic(int minimum)
    {
        var left = ParseUnary(withFilters: true);
        while (stream.Current.Kind == TokenKind.Operator && Precedence(stream.Current.Text) is { } precedence && precedence >= minimum)
        {
            var op = stream.Take();
            if (op.Text == "~")
            {
                var items = new List<Expression> { left };
                do
                    items.Add(ParseArithmetic(precedence + 1));
                while (stream.SkipOperator("~"));
                left = new Expression.Concat(op.Position, [.. items]);
            }
            else
            {
                left = new Expression.Binary(op.Position, op.Text, left, ParseArithmetic(precedence + 1));
            }
        }

        return left;
    }

    private static int? Precedence(string op) => op switch
    {
        "+" or "-" => 0,
        "~" => 1,
        "*" or "/" or "//" or "%" => 2,
        "**" => 3,
        _ => null,
    };

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
                    _ => new Expression.Name(token.Position, Reads(token.Text)),
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
                var tuple = ParseTuple(inParentheses: true);
                stream.ExpectOperator(")");
                return tuple;
            case TokenKind.Operator when token.Text == "[":
                stream.Take();
                return new Expression.List(token.Position, ParseItems("]", () => Parse()));
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
        var key = Parse();
        stream.ExpectOperator(":");
        return (key, Parse());
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
            start = Parse();
            if (!stream.Current.IsOperator(":"))
                return start;
        }

        stream.ExpectOperator(":");
        var stop = IsSubscriptEnd() || stream.Current.IsOperator(":") ? null : Parse();
        var step = stream.SkipOperator(":") && !IsSubscriptEnd() ? Parse() : null;
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
                positionalRest = Parse();
            }
            else if (stream.Current.IsOperator("**"))
            {
                Ensure(namedRest is null);
                stream.Take();
                namedRest = Parse();
            }
            else if (stream.Current.Kind == TokenKind.Name && stream.Next.IsOperator("="))
            {
                Ensure(namedRest is null);
                var name = stream.Take().Text;
                stream.Take();
                named.Add((name, Parse()));
            }
            else
            {
                Ensure(positionalRest is null && namedRest is null && named.Count == 0);
                positional.Add(Parse());
            }
        }

        return new CallArguments([.. positional], [.. named], positionalRest, namedRest);

        void Ensure(bool isValid)
        {
            if (!isValid)
                throw new JinjaException(JinjaErrorKind.Syntax, "invalid syntax for function call expression", open.Position);
        }
    }

    private string Reads(string name)
    {
        if (NamesRead.Count > 0)
            NamesRead[^1].Add(name);
        return name;
    }
}
