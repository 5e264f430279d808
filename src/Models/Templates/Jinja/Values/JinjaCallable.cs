namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Something a template can call: a global function, a method bound to its object, a macro's <c>caller</c>.</summary>
internal class JinjaCallable(string name, Func<Evaluator, Arguments, JinjaValue> body) : JinjaValue
{
    public string Name { get; } = name;

    public override string TypeName => "builtin_function_or_method";

    public JinjaValue Invoke(Evaluator evaluator, Arguments arguments) => body(evaluator, arguments);
}
