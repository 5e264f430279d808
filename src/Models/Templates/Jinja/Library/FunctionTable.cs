using System.Diagnostics.CodeAnalysis;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Functions by name; the only way from a template to code.</summary>
internal sealed class FunctionTable
{
    private readonly Dictionary<string, NativeFunction> _functions = [];

    public bool Contains(string name) => _functions.ContainsKey(name);

    public bool TryGet(string name, [NotNullWhen(true)] out NativeFunction? function) => _functions.TryGetValue(name, out function);

    public FunctionTable Add(string name, string parameters, Func<Evaluator, JinjaValue, JinjaValue?[], JinjaValue> body)
    {
        _functions.Add(name, NativeFunction.Bound(name, parameters, body));
        return this;
    }

    public FunctionTable AddRaw(string name, Func<Evaluator, JinjaValue, Arguments, JinjaValue> body)
    {
        _functions.Add(name, NativeFunction.Raw(body));
        return this;
    }

    public FunctionTable Alias(string alias, string name)
    {
        _functions.Add(alias, _functions[name]);
        return this;
    }
}
