namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Arguments as written: positional, named, <c>*list</c> and <c>**mapping</c>.</summary>
internal sealed record CallArguments(
    Expression[] Positional, (string Name, Expression Value)[] Named, Expression? PositionalRest = null, Expression? NamedRest = null)
{
    public static CallArguments None { get; } = new([], []);

    public IEnumerable<Expression> All()
    {
        foreach (var argument in Positional)
            yield return argument;
        foreach (var (_, value) in Named)
            yield return value;
        if (PositionalRest is not null)
            yield return PositionalRest;
        if (NamedRest is not null)
            yield return NamedRest;
    }
}
