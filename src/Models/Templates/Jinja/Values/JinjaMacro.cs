namespace VisionCluster.Models.Templates.Jinja;

/// <summary>A macro with the scope that it was defined in.</summary>
internal sealed class JinjaMacro(MacroDefinition definition, Scope scope)
    : JinjaCallable(definition.Name ?? "caller", (evaluator, arguments) => evaluator.Statements.RunMacro(definition, scope, arguments))
{
    public MacroDefinition Definition { get; } = definition;

    public override string TypeName => "Macro";
}
