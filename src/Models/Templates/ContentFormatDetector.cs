using VisionCluster.Models.Templates.Jinja;

namespace VisionCluster.Models.Templates;

/// <summary>
/// Decides from the syntax tree whether a template treats message content as a list of parts, as vLLM does: it does when it loops over the
/// content, selects parts by attribute, or takes a key of one of its items. Content is followed through variables and macro parameters.
/// </summary>
internal sealed class ContentFormatDetector : SyntaxWalker
{
    private const int MaxRounds = 8;
    private readonly HashSet<string> _contentNames = [];
    private readonly Dictionary<string, MacroDefinition> _macros = [];
    private bool _usesParts;

    private ContentFormatDetector(JinjaLimits limits)
        : base(limits)
    {
    }

    public static ContentFormat Detect(JinjaTemplate template)
    {
        var detector = new ContentFormatDetector(template.Limits);

        // Names may be used above the place that gives them content (macros), so go round until no more are found.
        for (var (round, known) = (0, -1); round < MaxRounds && known < detector._contentNames.Count + detector._macros.Count; round++)
        {
            known = detector._contentNames.Count + detector._macros.Count;
            detector.Visit(template.Body);
        }

        return detector._usesParts ? ContentFormat.Parts : ContentFormat.Text;
    }

    protected override void Visit(Statement statement)
    {
        switch (statement)
        {
            case Statement.For loop when IsContent(loop.Source):
                _usesParts = true;
                break;
            case Statement.Set { Target: Expression.Name name } set when IsContent(set.Value):
                _contentNames.Add(name.Identifier);
                break;
            case Statement.With with:
                foreach (var (target, value) in with.Assignments)
                {
                    if (target is Expression.Name name && IsContent(value))
                        _contentNames.Add(name.Identifier);
                }

                break;
            case Statement.Macro macro:
                _macros[macro.Definition.Name!] = macro.Definition;
                break;
        }

        base.Visit(statement);
    }

    protected override void Visit(Expression expression)
    {
        switch (expression)
        {
            case Expression.Filter { FilterName: "selectattr" or "rejectattr", Input: { } input } when IsContent(input):
            case Expression.Filter { FilterName: "map", Input: { } mapped } filter
                when IsContent(mapped) && filter.Arguments.Named.Any(argument => argument.Name == "attribute"):
            case Expression.Attribute { Target: Expression.Item { Target: { } list } item } when IsIndex(item.Index) && IsContent(list):
            case Expression.Item { Target: Expression.Item { Target: { } items } inner, Index: Expression.Constant { Value: JinjaString } }
                when IsIndex(inner.Index) && IsContent(items):
                _usesParts = true;
                break;
            case Expression.Call { Target: Expression.Name { Identifier: var name } } call when _macros.TryGetValue(name, out var macro):
                FollowIntoMacro(macro, call.Arguments);
                break;
        }

        base.Visit(expression);
    }

    private void FollowIntoMacro(MacroDefinition macro, CallArguments arguments)
    {
        for (var i = 0; i < Math.Min(arguments.Positional.Length, macro.Parameters.Length); i++)
        {
            if (IsContent(arguments.Positional[i]))
                _contentNames.Add(macro.Parameters[i].Name);
        }

        foreach (var (name, value) in arguments.Named)
        {
            if (IsContent(value) && macro.Parameters.Any(parameter => parameter.Name == name))
                _contentNames.Add(name);
        }
    }

    private static bool IsIndex(Expression index) => index is Expression.Constant { Value: JinjaInteger } or Expression.Sign;

    private bool IsContent(Expression expression) => expression switch
    {
        Expression.Attribute { Key.Text: "content" } => true,
        Expression.Item { Index: Expression.Constant { Value: JinjaString { Text: "content" } } } => true,
        Expression.Name { Identifier: var name } => _contentNames.Contains(name),
        Expression.Filter { FilterName: "list" or "reverse" or "default" or "d", Input: { } input } => IsContent(input),
        Expression.Item { Target: var target, Index: Expression.Slice } => IsContent(target),
        Expression.Conditional node => IsContent(node.WhenTrue) || (node.WhenFalse is not null && IsContent(node.WhenFalse)),
        Expression.Logical node => IsContent(node.Left) || IsContent(node.Right),
        _ => false,
    };
}
