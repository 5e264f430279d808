namespace VisionCluster.Models.Templates.Jinja;

/// <summary><c>map</c>, <c>select</c>, <c>reject</c> and their attribute forms: lazy, as in jinja2.</summary>
internal static class SelectionFilters
{
    public static void AddTo(FunctionTable table)
    {
        table.AddRaw("map", (e, v, arguments) => new JinjaIterator(Map(e, v, arguments)));
        table.AddRaw("select", (e, v, arguments) => new JinjaIterator(Select(e, v, arguments, byAttribute: false, wanted: true)));
        table.AddRaw("reject", (e, v, arguments) => new JinjaIterator(Select(e, v, arguments, byAttribute: false, wanted: false)));
        table.AddRaw("selectattr", (e, v, arguments) => new JinjaIterator(Select(e, v, arguments, byAttribute: true, wanted: true)));
        table.AddRaw("rejectattr", (e, v, arguments) => new JinjaIterator(Select(e, v, arguments, byAttribute: true, wanted: false)));
    }

    private static IEnumerable<JinjaValue> Map(Evaluator evaluator, JinjaValue value, Arguments arguments)
    {
        if (!value.IsTrue)
            yield break;
        var change = MapFunction(evaluator, arguments);
        foreach (var item in Sequences.Iterate(evaluator, value))
            yield return change(item);
    }

    private static Func<JinjaValue, JinjaValue> MapFunction(Evaluator evaluator, Arguments arguments)
    {
        if (arguments.Positional.Count == 0 && arguments.FindNamed("attribute") is { } attribute)
        {
            foreach (var argument in arguments.Named)
            {
                if (argument.Name is not ("attribute" or "default"))
                    throw JinjaException.Type($"Unexpected keyword argument '{argument.Name}'");
            }

            var path = AttributePath.Of(attribute, arguments.FindNamed("default"));
            return item => path.Get(evaluator, item);
        }

        if (arguments.Positional.Count == 0)
            throw JinjaException.Type("map requires a filter argument");
        var name = evaluator.Text(arguments.Positional[0]).Text;
        var rest = arguments.Skip(1);
        return item => evaluator.Filter(name, item, rest);
    }

    private static IEnumerable<JinjaValue> Select(Evaluator evaluator, JinjaValue value, Arguments arguments, bool byAttribute, bool wanted)
    {
        if (!value.IsTrue)
            yield break;
        if (byAttribute && arguments.Positional.Count == 0)
            throw JinjaException.Type("Missing parameter for attribute name");
        var path = AttributePath.Of(byAttribute ? arguments.Positional[0] : null);
        var rest = arguments.Skip(byAttribute ? 1 : 0);
        var name = rest.Positional.Count > 0 ? evaluator.Text(rest.Positional[0]).Text : null;
        rest = rest.Skip(name is null ? 0 : 1);
        foreach (var item in Sequences.Iterate(evaluator, value))
        {
            var examined = path.Get(evaluator, item);
            if ((name is null ? examined.IsTrue : evaluator.Test(name, examined, rest)) == wanted)
                yield return item;
        }
    }
}
