namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// A compiled template in the dialect of Hugging Face chat templates: jinja2 in transformers' sandbox (trim_blocks, lstrip_blocks, loop
/// controls, <c>generation</c> blocks), written anew. Immutable; rendering is safe from any thread.
/// </summary>
internal sealed class JinjaTemplate
{
    private static readonly Scope GlobalScope = Globals.CreateScope();
    private readonly SourceText _source;
    private readonly JinjaLimits _limits;
    private readonly IReadOnlyDictionary<Statement[], string[]> _hiddenNames;

    private JinjaTemplate(SourceText source, Statement[] body, JinjaLimits limits)
    {
        _source = source;
        _limits = limits;
        _hiddenNames = ScopeAnalysis.Of(body);
        Body = body;
    }

    public Statement[] Body { get; }

    public JinjaLimits Limits => _limits;

    /// <summary>Compiles a template; fails with <see cref="JinjaErrorKind.Syntax"/>.</summary>
    public static JinjaTemplate Parse(string source, JinjaLimits limits)
    {
        if (source.Length > limits.MaxSourceLength)
            throw new JinjaException(JinjaErrorKind.Syntax, $"the template is longer than {limits.MaxSourceLength} characters", 0);
        var text = new SourceText(source);
        try
        {
            var body = TemplateParser.Parse(text, limits);
            new NameCheck(limits).Visit(body);
            return new JinjaTemplate(text, body, limits);
        }
        catch (JinjaException error)
        {
            throw Located(text, error, error.Position);
        }
    }

    /// <summary>Renders with these top-level names; fails with any other kind of <see cref="JinjaException"/>.</summary>
    public (JinjaString Text, IReadOnlyList<TextSpan> Generated) Render(
        IEnumerable<KeyValuePair<string, JinjaValue>> variables, TimeProvider clock)
    {
        var context = new Scope(GlobalScope);
        foreach (var (name, value) in variables)
            context.Set(name, value);
        var evaluator = new Evaluator(_limits, clock, _hiddenNames);
        try
        {
            var text = evaluator.Statements.Render(Body, new Scope(context));
            return (text, evaluator.Statements.Generated);
        }
        catch (JinjaException error) when (error.Kind != JinjaErrorKind.Raised)
        {
            throw Located(_source, error, error.Position == JinjaException.Unknown ? evaluator.Position : error.Position);
        }
    }

    private static JinjaException Located(SourceText source, JinjaException error, int position)
    {
        var (line, column) = source.Locate(position);
        return new JinjaException(error.Kind, $"line {line}, column {column}: {error.Message}", position);
    }
}
