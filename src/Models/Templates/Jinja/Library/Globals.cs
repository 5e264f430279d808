using System.Numerics;

namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Functions that every template sees: jinja2's, and transformers' <c>raise_exception</c> and <c>strftime_now</c>.</summary>
internal static class Globals
{
    public static Scope CreateScope()
    {
        var scope = new Scope(null);
        Add("range", Range);
        Add("dict", Dict);
        Add("namespace", Namespace);
        Add("cycler", (_, arguments) => arguments.Positional.Count > 0 ? new JinjaCycler(arguments.Positional)
            : throw JinjaException.Type("RuntimeError: at least one item has to be provided"));
        Add("joiner", Joiner);
        Add("raise_exception", (e, arguments) => throw new JinjaException(
            JinjaErrorKind.Raised, e.Text(new Signature("message").Bind("raise_exception", arguments)[0]!).Text));
        Add("strftime_now", (e, arguments) =>
            Strftime.Now(e, Require.Text(new Signature("format").Bind("strftime_now", arguments)[0], "the format")));
        return scope;

        void Add(string name, Func<Evaluator, Arguments, JinjaValue> body) => scope.Set(name, new JinjaCallable(name, body));
    }

    private static JinjaRange Range(Evaluator evaluator, Arguments arguments)
    {
        if (arguments.Named.Count > 0)
            throw JinjaException.Type("TypeError: range() takes no keyword arguments");
        BigInteger[] numbers = [.. arguments.Positional.Select(value => Numbers.RequireInteger(value, 0))];
        var range = numbers switch
        {
            [var stop] => new JinjaRange(0, stop, 1),
            [var start, var stop] => new JinjaRange(start, stop, 1),
            [_, _, { IsZero: true }] => throw JinjaException.Type("ValueError: range() arg 3 must not be zero"),
            [var start, var stop, var step] => new JinjaRange(start, stop, step),
            _ => throw JinjaException.Type($"TypeError: range expected 1 to 3 arguments, got {numbers.Length}"),
        };
        var limit = evaluator.Budget.Limits.MaxRange;
        return range.Length <= limit ? range
            : throw JinjaException.Limit($"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({limit}).");
    }

    private static JinjaDict Dict(Evaluator evaluator, Arguments arguments)
    {
        var dict = new JinjaDict(evaluator.Comparer);
        foreach (var (key, value) in Pairs(evaluator, "dict", arguments))
            dict.Items[key] = value;
        return dict;
    }

    private static JinjaNamespace Namespace(Evaluator evaluator, Arguments arguments)
    {
        var result = new JinjaNamespace();
        foreach (var (key, value) in Pairs(evaluator, "namespace", arguments))
            result.Set(Require.Text(key, "a name").Text, value);
        return result;
    }

    private static IEnumerable<(JinjaValue Key, JinjaValue Value)> Pairs(Evaluator evaluator, string function, Arguments arguments)
    {
        if (arguments.Positional.Count > 1)
            throw JinjaException.Type($"TypeError: {function} expected at most 1 argument, got {arguments.Positional.Count}");
        if (arguments.Positional is [JinjaDict source])
        {
            evaluator.Budget.ChargeItems(source.Items.Count);
            foreach (var (key, value) in source.Items)
                yield return (key, value);
        }
        else if (arguments.Positional is [var items])
        {
            foreach (var item in Sequences.Iterate(evaluator, items))
            {
                if (Sequences.ToList(evaluator, item) is not [var key, var value])
                    throw JinjaException.Type("ValueError: dictionary update sequence element must have length 2");
                yield return (key, value);
            }
        }

        foreach (var argument in arguments.Named)
            yield return (argument.Key, argument.Value);
    }

    private static JinjaCallable Joiner(Evaluator evaluator, Arguments arguments)
    {
        var separator = new Signature("sep?").Bind("joiner", arguments)[0] ?? JinjaString.Trusted(", ");
        var isUsed = false;
        return new JinjaCallable("joiner", (_, _) =>
        {
            var value = isUsed ? separator : JinjaString.Empty;
            isUsed = true;
            return value;
        });
    }
}
