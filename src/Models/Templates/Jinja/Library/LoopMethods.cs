namespace VisionCluster.Models.Templates.Jinja;

/// <summary>What <c>loop</c> offers.</summary>
internal static class LoopMethods
{
    public static FunctionTable Table { get; } = new FunctionTable()
        .AddRaw("cycle", (_, self, arguments) => arguments.Positional.Count == 0
            ? throw JinjaException.Type("TypeError: no items for cycling given")
            : arguments.Positional[((JinjaLoop)self).Index0 % arguments.Positional.Count])
        .AddRaw("changed", (evaluator, self, arguments) =>
            JinjaBoolean.Of(((JinjaLoop)self).Changed(arguments.Positional, evaluator.Comparer)));

    public static JinjaValue? Property(JinjaLoop loop, string name) => name switch
    {
        "index" => Require.Integer(loop.Index0 + 1),
        "index0" => Require.Integer(loop.Index0),
        "revindex" => Require.Integer(loop.Length - loop.Index0),
        "revindex0" => Require.Integer(loop.Length - loop.Index0 - 1),
        "first" => JinjaBoolean.Of(loop.Index0 == 0),
        "last" => JinjaBoolean.Of(loop.PeekNext() is null),
        "length" => Require.Integer(loop.Length),
        "depth" => Require.Integer(loop.Depth0 + 1),
        "depth0" => Require.Integer(loop.Depth0),
        "previtem" => loop.Previous ?? new JinjaUndefined("there is no previous item"),
        "nextitem" => loop.PeekNext() ?? new JinjaUndefined("there is no next item"),
        _ => null,
    };
}
