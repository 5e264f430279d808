namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Statement nodes: what a template does between its expressions.</summary>
internal abstract class Statement(int position)
{
    public int Position { get; } = position;

    public sealed class Text(int position, string text) : Statement(position)
    {
        public JinjaString Value { get; } = JinjaString.Trusted(text);
    }

    public sealed class Print(int position, Expression value) : Statement(position)
    {
        public Expression Value { get; } = value;
    }

    /// <summary>Branches are tried in order; the last may lack a test (<c>else</c>).</summary>
    public sealed class If(int position, (Expression? Test, Statement[] Body)[] branches) : Statement(position)
    {
        public (Expression? Test, Statement[] Body)[] Branches { get; } = branches;
    }

    public sealed class For(
        int position, Expression target, Expression source, Expression? filter, bool isRecursive, Statement[] body, Statement[] otherwise)
        : Statement(position)
    {
        public Expression Target { get; } = target;

        public Expression Source { get; } = source;

        public Expression? Filter { get; } = filter;

        public bool IsRecursive { get; } = isRecursive;

        public Statement[] Body { get; } = body;

        public Statement[] Otherwise { get; } = otherwise;
    }

    public sealed class Set(int position, Expression target, Expression value) : Statement(position)
    {
        public Expression Target { get; } = target;

        public Expression Value { get; } = value;
    }

    /// <summary><c>{% set x %}…{% endset %}</c>, with the filters that the text goes through.</summary>
    public sealed class SetBlock(int position, Expression target, Expression.Filter? filter, Statement[] body) : Statement(position)
    {
        public Expression Target { get; } = target;

        public Expression.Filter? Filter { get; } = filter;

        public Statement[] Body { get; } = body;
    }

    public sealed class FilterBlock(int position, Expression.Filter filter, Statement[] body) : Statement(position)
    {
        public Expression.Filter Filter { get; } = filter;

        public Statement[] Body { get; } = body;
    }

    public sealed class With(int position, (Expression Target, Expression Value)[] assignments, Statement[] body) : Statement(position)
    {
        public (Expression Target, Expression Value)[] Assignments { get; } = assignments;

        public Statement[] Body { get; } = body;
    }

    /// <summary>A body with a scope of its own: <c>block</c> and <c>autoescape</c>.</summary>
    public sealed class Scoped(int position, Statement[] body) : Statement(position)
    {
        public Statement[] Body { get; } = body;
    }

    /// <summary><c>{% generation %}</c>: text that the assistant wrote. The body is a macro without parameters.</summary>
    public sealed class Generation(int position, MacroDefinition body) : Statement(position)
    {
        public MacroDefinition Body { get; } = body;
    }

    public sealed class Macro(int position, MacroDefinition definition) : Statement(position)
    {
        public MacroDefinition Definition { get; } = definition;
    }

    /// <summary><c>{% call(args) macro() %}…{% endcall %}</c>: the body becomes the macro's <c>caller</c>.</summary>
    public sealed class CallBlock(int position, MacroDefinition caller, Expression.Call call) : Statement(position)
    {
        public MacroDefinition Caller { get; } = caller;

        public Expression.Call Call { get; } = call;
    }

    public sealed class Break(int position) : Statement(position);

    public sealed class Continue(int position) : Statement(position);

    /// <summary><c>include</c>, <c>import</c>, <c>from</c> and <c>extends</c> compile but fail when run: there is no loader.</summary>
    public sealed class Unloadable(int position) : Statement(position);
}
