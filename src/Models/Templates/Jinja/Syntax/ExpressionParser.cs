namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// Recursive-descent parser for expressions with jinja2's precedences, from loosest: <c>if/else</c>, <c>or</c>, <c>and</c>, <c>not</c>,
/// comparisons, <c>+ -</c>, <c>~</c>, <c>* / // %</c>, <c>**</c> (left-associative, weaker than a sign);
/// <see cref="OperandParser"/> reads the rest.
/// </summary>
internal sealed class ExpressionParser
{
    private readonly TokenStream _stream;
    private readonly OperandParser _operands;

    public ExpressionParser(TokenStream stream)
    {
        _stream = stream;
        _operands = new OperandParser(stream, this);
    }

    /// <summary>Names read since a macro began; the innermost macro is last.</summary>
    public List<HashSet<string>> NamesRead { get; } = [];

    /// <summary>Notes that a name is read, and returns it.</summary>
    public string Reads(string name)
    {
        if (NamesRead.Count > 0)
            NamesRead[^1].Add(name);
        return name;
    }

    public Expression Parse(bool withConditional = true)
    {
        _stream.Enter();
        var expression = withConditional ? ParseConditional() : ParseOr();
        _stream.Leave();
        return expression;
    }

    public Expression.Filter ParseFilterChain(Expression? node, bool startsInline = false) =>
        _operands.ParseFilterChain(node, startsInline);

    /// <summary>An expression, or several separated by commas: a tuple.</summary>
    public Expression ParseTuple(bool withConditional = true, string? endName = null, bool inParentheses = false)
    {
        var position = _stream.Current.Position;
        var items = new List<Expression>();
        var isTuple = false;
        while (!IsTupleEnd(endName))
        {
            items.Add(Parse(withConditional));
            if (!_stream.SkipOperator(","))
                break;
            isTuple = true;
        }

        if (!isTuple && items.Count == 1)
            return items[0];
        if (!isTuple && !inParentheses)
            throw _stream.Error($"Expected an expression, got '{_stream.Current.Describe()}'");
        return new Expression.Tuple(position, [.. items]);
    }

    /// <summary>Whether a tuple without closing mark of its own ends here.</summary>
    public bool IsTupleEnd(string? endName) =>
        _stream.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || _stream.Current.IsOperator(")")
        || (endName is not null && _stream.Current.IsName(endName));

    private Expression ParseConditional()
    {
        var position = _stream.Current.Position;
        var value = ParseOr();
        while (_stream.SkipName("if"))
        {
            var test = ParseOr();
            var otherwise = _stream.SkipName("else") ? Parse() : null;
            value = new Expression.Conditional(position, test, value, otherwise);
        }

        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (_stream.Current.IsName("or"))
            left = new Expression.Logical(_stream.Take().Position, isOr: true, left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (_stream.Current.IsName("and"))
            left = new Expression.Logical(_stream.Take().Position, isOr: false, left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!_stream.Current.IsName("not"))
            return ParseCompare();
        _stream.Enter();
        var not = new Expression.Not(_stream.Take().Position, ParseNot());
        _stream.Leave();
        return not;
    }

    private Expression ParseCompare()
    {
        var position = _stream.Current.Position;
        var first = ParseArithmetic(0);
        List<(string, Expression)>? rest = null;
        while (true)
        {
            string op;
            if (_stream.Current.Kind == TokenKind.Operator && _stream.Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
                op = _stream.Take().Text;
            else if (_stream.SkipName("in"))
                op = "in";
            else if (_stream.Current.IsName("not") && _stream.Next.IsName("in"))
                (op, _, _) = ("not in", _stream.Take(), _stream.Take());
            else
                return rest is null ? first : new Expression.Compare(position, first, [.. rest]);
            (rest ??= []).Add((op, ParseArithmetic(0)));
        }
    }

    // Precedence climbing; every operator is left-associative.
    private Expression ParseArithmetic(int minimum)
    {
        var left = _operands.Parse();
        while (_stream.Current.Kind == TokenKind.Operator && Precedence(_stream.Current.Text) is { } precedence && precedence >= minimum)
        {
            var op = _stream.Take();
            if (op.Text == "~")
            {
                var items = new List<Expression> { left };
                do
                    items.Add(ParseArithmetic(precedence + 1));
                while (_stream.SkipOperator("~"));
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
}
