namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Gives a macro's parameters their values: positional, named, then defaults, which see the parameters before them.</summary>
internal static class MacroArguments
{
    public static void Bind(Evaluator evaluator, MacroDefinition macro, Scope scope, Arguments arguments)
    {
        var name = macro.Name is null ? "None" : $"'{macro.Name}'";
        var named = arguments.Named.ToList();
        var rest = arguments.Positional.Skip(macro.Parameters.Length).ToList();
        var missing = new List<(string Name, Expression? Default)>();
        for (var i = 0; i < macro.Parameters.Length; i++)
        {
            var parameter = macro.Parameters[i];
            if (i < arguments.Positional.Count)
                scope.Set(parameter.Name, arguments.Positional[i]);
            else if (Take(named, parameter.Name) is { } value)
                scope.Set(parameter.Name, value);
            else
                missing.Add(parameter);
        }

        if (macro.UsesCaller && !macro.Parameters.Any(parameter => parameter.Name == "caller"))
            scope.Set("caller", Take(named, "caller") ?? new JinjaUndefined("No caller defined"));
        if (macro.UsesKwargs)
            scope.Set("kwargs", ToDict(evaluator, named));
        else if (named.Count > 0)
            throw JinjaException.Type($"TypeError: macro {name} takes no keyword argument '{named[0].Name}'");
        if (macro.UsesVarargs)
            scope.Set("varargs", new JinjaTuple(rest));
        else if (rest.Count > 0)
            throw JinjaException.Type($"TypeError: macro {name} takes not more than {macro.Parameters.Length} argument(s)");

        // Until its turn a parameter without value must not show a variable of the same name from outside.
        foreach (var (parameter, _) in missing)
            scope.Set(parameter, new JinjaUndefined($"parameter '{parameter}' was not provided"));
        foreach (var (parameter, value) in missing)
        {
            if (value is not null)
                scope.Set(parameter, evaluator.Evaluate(value, scope));
        }
    }

    private static JinjaValue? Take(List<NamedArgument> named, string name)
    {
        var index = named.FindIndex(argument => argument.Name == name);
        if (index < 0)
            return null;
        var value = named[index].Value;
        named.RemoveAt(index);
        return value;
    }

    private static JinjaDict ToDict(Evaluator evaluator, List<NamedArgument> named)
    {
        var dict = new JinjaDict(evaluator.Comparer);
        foreach (var argument in named)
            dict.Items[argument.Key] = argument.Value;
        return dict;
    }
}
