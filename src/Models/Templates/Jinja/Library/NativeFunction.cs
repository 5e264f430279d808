namespace VisionCluster.Models.Templates.Jinja;

/// <summary>A filter, test, method or global: a body over the value it works on (none for globals) and its arguments.</summary>
internal sealed class NativeFunction
{
    private readonly Func<Evaluator, JinjaValue, Arguments, JinjaValue> _body;

    private NativeFunction(Func<Evaluator, JinjaValue, Arguments, JinjaValue> body) => _body = body;

    /// <summary>A function that looks at its arguments itself.</summary>
    public static NativeFunction Raw(Func<Evaluator, JinjaValue, Arguments, JinjaValue> body) => new(body);

    /// <summary>A function with named parameters, see <see cref="Signature"/>.</summary>
    public static NativeFunction Bound(string name, string parameters, Func<Evaluator, JinjaValue, JinjaValue?[], JinjaValue> body)
    {
        var signature = new Signature(parameters);
        return new((evaluator, self, arguments) => body(evaluator, self, signature.Bind(name, arguments)));
    }

    public JinjaValue Invoke(Evaluator evaluator, JinjaValue self, Arguments arguments) => _body(evaluator, self, arguments);
}
