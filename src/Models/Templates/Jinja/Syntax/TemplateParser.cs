namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Parser for text and statements: the tags of jinja2 with loop controls and transformers' <c>generation</c>.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _stream;
    private readonly ExpressionParser _expressions;
    private readonly TargetParser _targets;
    private readonly Stack<string> _openTags = [];
    private readonly Stack<string[]> _awaited = [];

    // Loops around the statement at hand, counted within the innermost macro: break and continue need one.
    private int _loops;

    private TemplateParser(TokenStream stream)
    {
        _stream = stream;
        _expressions = new ExpressionParser(stream);
        _targets = new TargetParser(stream, _expressions);
    }

    public static Statement[] Parse(SourceText source, JinjaLimits limits)
    {
        var parser = new TemplateParser(new TokenStream(Lexer.Tokenize(source.Text), limits));
        return parser.ParseBody([]);
    }

    /// <summary>Statements up to one of the closing tags, which is left for the caller; with none, up to the end.</summary>
    private Statement[] ParseBody(string[] closing)
    {
        _stream.Enter();
        _awaited.Push(closing);
        var body = new List<Statement>();
        while (true)
        {
            var token = _stream.Current;
            if (token.Kind == TokenKind.Data)
            {
                body.Add(new Statement.Text(_stream.Take().Position, token.Text));
            }
            else if (token.Kind == TokenKind.VariableBegin)
            {
                _stream.Take();
                body.Add(new Statement.Print(token.Position, _expressions.ParseTuple()));
                _stream.Expect(TokenKind.VariableEnd, "end of print statement");
            }
            else if (token.Kind == TokenKind.BlockBegin)
            {
                _stream.Take();
                if (_stream.Current.Kind == TokenKind.Name && closing.Contains(_stream.Current.Text))
                    break;
                ParseStatement(body);
                _stream.Expect(TokenKind.BlockEnd, "end of statement block");
            }
            else if (closing.Length > 0)
            {
                throw NestingError(null);
            }
            else
            {
                break;
            }
        }

        _awaited.Pop();
        _stream.Leave();
        return [.. body];
    }

    private void ParseStatement(List<Statement> body)
    {
        if (_stream.Current.Kind != TokenKind.Name)
            throw _stream.Error("tag name expected");
        var tag = _stream.Take();
        _openTags.Push(tag.Text);
        var at = tag.Position;
        switch (tag.Text)
        {
            case "for": body.Add(ParseFor(at)); break;
            case "if": body.Add(ParseIf(at)); break;
            case "set": body.Add(ParseSet(at)); break;
            case "with": body.Add(ParseWith(at)); break;
            case "macro": body.Add(ParseMacro(at)); break;
            case "call": body.Add(ParseCallBlock(at)); break;
            case "filter": body.Add(ParseFilterBlock(at)); break;
            case "generation": body.Add(ParseGeneration(at)); break;
            case "autoescape": body.Add(ParseAutoescape(at)); break;
            case "block": body.Add(ParseBlock(at)); break;
            case "print": ParsePrint(body); break;
            case "break" or "continue": body.Add(ParseLoopControl(tag)); break;
            case "include" or "import" or "extends" or "from": body.Add(ParseUnloadable(tag)); break;
            default:
                _openTags.Pop();
                throw NestingError(tag);
        }

        _openTags.Pop();
    }

    private Statement[] ParseClosed(string end)
    {
        var body = ParseOpened(end);
        _stream.Take();
        return body;
    }

    private Statement[] ParseOpened(params string[] closing)
    {
        _stream.SkipOperator(":");
        _stream.Expect(TokenKind.BlockEnd, "end of statement block");
        return ParseBody(closing);
    }

    private Statement.For ParseFor(int position)
    {
        var target = _targets.Parse("in");
        _stream.ExpectName("in");
        var source = _expressions.ParseTuple(withConditional: false, endName: "recursive");
        var filter = _stream.SkipName("if") ? _expressions.Parse() : null;
        var isRecursive = _stream.SkipName("recursive");
        _loops++;
        var body = ParseOpened("endfor", "else");
        _loops--;
        var otherwise = _stream.Take().Text == "else" ? ParseClosed("endfor") : [];
        return new Statement.For(position, target, source, filter, isRecursive, body, otherwise);
    }

    private Statement.If ParseIf(int position)
    {
        var branches = new List<(Expression?, Statement[])>();
        while (true)
        {
            var test = _expressions.ParseTuple(withConditional: false);
            branches.Add((test, ParseOpened("elif", "else", "endif")));
            var end = _stream.Take().Text;
            if (end == "else")
                branches.Add((null, ParseClosed("endif")));
            if (end != "elif")
                return new Statement.If(position, [.. branches]);
        }
    }

    private Statement ParseSet(int position)
    {
        var target = _targets.Parse(withNamespace: true);
        if (_stream.SkipOperator("="))
            return new Statement.Set(position, target, _expressions.ParseTuple());
        var filter = _stream.Current.IsOperator("|") ? _expressions.ParseFilterChain(null) : null;
        return new Statement.SetBlock(position, target, filter, ParseClosed("endset"));
    }

    private Statement.With ParseWith(int position)
    {
        var assignments = new List<(Expression, Expression)>();
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
                _stream.ExpectOperator(",");
            var target = _targets.Parse();
            _stream.ExpectOperator("=");
            assignments.Add((target, _expressions.Parse()));
        }

        return new Statement.With(position, [.. assignments], ParseClosed("endwith"));
    }

    private Statement.Macro ParseMacro(int position)
    {
        var name = _stream.ExpectName().Text;
        return new Statement.Macro(position, ParseDefinition(name, hasSignature: true, () => ParseClosed("endmacro")));
    }

    private Statement.CallBlock ParseCallBlock(int position)
    {
        Expression.Call? call = null;
        var caller = ParseDefinition(null, _stream.Current.IsOperator("("), () =>
        {
            call = _expressions.Parse() as Expression.Call
                ?? throw new JinjaException(JinjaErrorKind.Syntax, "expected call", position);
            return ParseClosed("endcall");
        });
        return new Statement.CallBlock(position, caller, call!);
    }

    private Statement.FilterBlock ParseFilterBlock(int position) =>
        new(position, _expressions.ParseFilterChain(null, startsInline: true), ParseClosed("endfilter"));

    private Statement.Generation ParseGeneration(int position) =>
        new(position, ParseDefinition(null, hasSignature: false, () => ParseClosed("endgeneration")));

    private MacroDefinition ParseDefinition(string? name, bool hasSignature, Func<Statement[]> parseBody)
    {
        var parameters = new List<(string Name, Expression? Default)>();
        var names = new HashSet<string>();
        _expressions.NamesRead.Add(names);
        if (hasSignature)
        {
            _stream.ExpectOperator("(");
            while (!_stream.SkipOperator(")"))
            {
                if (parameters.Count > 0)
                    _stream.ExpectOperator(",");
                var parameter = _stream.ExpectName().Text;
                var value = _stream.SkipOperator("=") ? _expressions.Parse() : null;
                if (value is null && parameters.Count > 0 && parameters[^1].Default is not null)
                    throw _stream.Error("non-default argument follows default argument");
                parameters.Add((parameter, value));
            }
        }

        var body = OutsideLoops(parseBody);
        _expressions.NamesRead.RemoveAt(_expressions.NamesRead.Count - 1);
        if (_expressions.NamesRead.Count > 0)
            _expressions.NamesRead[^1].UnionWith(names);
        return new MacroDefinition(
            name, [.. parameters], body, names.Contains("caller"), names.Contains("varargs"), names.Contains("kwargs"));
    }

    // Macro-like bodies are functions of their own: a loop outside does not count for break and continue inside.
    private Statement[] OutsideLoops(Func<Statement[]> parse)
    {
        var loops = _loops;
        _loops = 0;
        var body = parse();
        _loops = loops;
        return body;
    }

    private Statement.Scoped ParseAutoescape(int position)
    {
        _expressions.Parse();
        return new Statement.Scoped(position, ParseClosed("endautoescape"));
    }

    private Statement.Scoped ParseBlock(int position)
    {
        var name = _stream.ExpectName().Text;
        _stream.SkipName("scoped");
        _stream.SkipName("required");
        var body = OutsideLoops(() => ParseClosed("endblock"));
        _stream.SkipName(name);
        return new Statement.Scoped(position, body);
    }

    private void ParsePrint(List<Statement> body)
    {
        for (var isFirst = true; _stream.Current.Kind != TokenKind.BlockEnd; isFirst = false)
        {
            if (!isFirst)
                _stream.ExpectOperator(",");
            body.Add(new Statement.Print(_stream.Current.Position, _expressions.Parse()));
        }
    }

    private Statement ParseLoopControl(Token tag)
    {
        if (_loops == 0)
            throw new JinjaException(JinjaErrorKind.Syntax, $"'{tag.Text}' outside loop", tag.Position);
        return tag.Text == "break" ? new Statement.Break(tag.Position) : new Statement.Continue(tag.Position);
    }

    private Statement.Unloadable ParseUnloadable(Token tag)
    {
        while (_stream.Current.Kind is not (TokenKind.BlockEnd or TokenKind.End))
            _stream.Take();
        return new Statement.Unloadable(tag.Position);
    }

    private JinjaException NestingError(Token? unknown)
    {
        var awaited = string.Join(" or ", _awaited.Peek().Select(name => $"'{name}'"));
        var message = unknown is { } tag ? $"Encountered unknown tag '{tag.Text}'." : "Unexpected end of template.";
        if (awaited.Length > 0)
        {
            message += unknown is { } wrong && _awaited.Any(names => names.Contains(wrong.Text))
                ? $" You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for {awaited}."
                : $" Jinja was looking for the following tags: {awaited}.";
        }

        if (_openTags.TryPeek(out var open))
            message += $" The innermost block that needs to be closed is '{open}'.";
        return new JinjaException(JinjaErrorKind.Syntax, message, unknown?.Position ?? _stream.Current.Position);
    }
}
