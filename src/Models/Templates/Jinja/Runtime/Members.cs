namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// Attribute and item access as jinja2's sandbox does it: <c>a.b</c> tries the attribute (methods too) before the key, <c>a['b']</c> the
/// key first. Attributes are those listed in the library; what Python has besides and the sandbox keeps back is "unsafe".
/// </summary>
internal static class Members
{
    private static readonly string[] ListMutators = ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"];
    private static readonly string[] DictMutators = ["clear", "pop", "popitem", "setdefault", "update"];

    public static JinjaValue GetAttribute(Evaluator evaluator, JinjaValue target, JinjaString name)
    {
        if (target is JinjaUndefined undefined)
            throw undefined.Error();
        return FindAttribute(evaluator, target, name.Text)
            ?? (target as JinjaDict)?.Find(name)
            ?? Missing(evaluator, target, name);
    }

    public static JinjaValue GetItem(Evaluator evaluator, JinjaValue target, JinjaValue index)
    {
        if (target is JinjaUndefined undefined)
            throw undefined.Error();
        var item = target is JinjaDict dict ? FindKey(dict, index)
            : Numbers.AsInteger(index) is { } number ? Sequences.At(evaluator, target, number) : null;
        if (item is null && index is JinjaString name)
            item = FindAttribute(evaluator, target, name.Text);
        return item ?? Missing(evaluator, target, index);
    }

    /// <summary>The <c>attr</c> filter: attributes only, never keys.</summary>
    public static JinjaValue GetAttributeOnly(Evaluator evaluator, JinjaValue target, JinjaString name) =>
        target is JinjaUndefined undefined ? throw undefined.Error()
        : FindAttribute(evaluator, target, name.Text) ?? Missing(evaluator, target, name);

    private static JinjaValue? FindKey(JinjaDict dict, JinjaValue key)
    {
        try
        {
            return dict.Find(key);
        }
        catch (JinjaException error) when (error.Kind == JinjaErrorKind.Runtime)
        {
            return null;
        }
    }

    private static JinjaValue? FindAttribute(Evaluator evaluator, JinjaValue target, string name)
    {
        if (MethodsOf(target) is { } methods && methods.TryGet(name, out var method))
            return new JinjaCallable(name, (e, arguments) => method.Invoke(e, target, arguments));
        if (FindProperty(evaluator, target, name) is { } property)
            return property;
        if (name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal))
            return (target as JinjaDict)?.Find(JinjaString.Trusted(name)) ?? Unsafe(target, name, failsWhenPrinted: true);
        return (target is JinjaList && ListMutators.Contains(name)) || (target is JinjaDict && DictMutators.Contains(name))
            ? Unsafe(target, name, failsWhenPrinted: false) : null;
    }

    private static JinjaUndefined Unsafe(JinjaValue target, string name, bool failsWhenPrinted) =>
        new($"access to attribute '{name}' of '{target.TypeName}' object is unsafe.", isUnsafe: true, failsWhenPrinted);

    private static FunctionTable? MethodsOf(JinjaValue target) => target switch
    {
        JinjaString => StringMethods.Table,
        JinjaDict => DictMethods.Table,
        JinjaList or JinjaTuple or JinjaRange => ListMethods.For(target),
        JinjaLoop => LoopMethods.Table,
        JinjaCycler => CyclerMethods.Table,
        JinjaInteger or JinjaFloat or JinjaBoolean => NumberMethods.For(target),
        _ => null,
    };

    private static JinjaValue? FindProperty(Evaluator evaluator, JinjaValue target, string name) => target switch
    {
        JinjaNamespace space => space.Attributes.TryGetValue(name, out var value) ? value : null,
        JinjaTuple { FieldNames: { } names } tuple when Array.IndexOf(names, name) is >= 0 and var field => tuple.Items[field],
        JinjaLoop loop => LoopMethods.Property(loop, name),
        JinjaCycler cycler when name == "current" => cycler.Current,
        JinjaMacro macro => MacroProperty(macro.Definition, name),
        JinjaInteger or JinjaBoolean or JinjaFloat => NumberMethods.Property(target, name),
        JinjaRange range => name switch
        {
            "start" => new JinjaInteger(range.Start),
            "stop" => new JinjaInteger(range.Stop),
            "step" => new JinjaInteger(range.Step),
            _ => null,
        },
        _ => null,
    };

    private static JinjaValue? MacroProperty(MacroDefinition macro, string name) => name switch
    {
        "name" => macro.Name is null ? JinjaNone.Value : JinjaString.Trusted(macro.Name),
        "arguments" => new JinjaTuple([.. macro.Parameters.Select(parameter => JinjaString.Trusted(parameter.Name))]),
        "catch_kwargs" => JinjaBoolean.Of(macro.UsesKwargs),
        "catch_varargs" => JinjaBoolean.Of(macro.UsesVarargs),
        "caller" => JinjaBoolean.Of(macro.UsesCaller),
        _ => null,
    };

    private static JinjaUndefined Missing(Evaluator evaluator, JinjaValue target, JinjaValue name)
    {
        var owner = target is JinjaNone ? "None" : $"{target.TypeName} object";
        return name is JinjaString text
            ? new JinjaUndefined($"'{owner}' has no attribute '{text.Text}'")
            : new JinjaUndefined($"{owner} has no element {Printer.Repr(evaluator.Budget, name).Text}");
    }
}
