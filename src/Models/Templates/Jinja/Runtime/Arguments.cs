namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Evaluated arguments of a call.</summary>
internal sealed record Arguments(IReadOnlyList<JinjaValue> Positional, IReadOnlyList<NamedArgument> Named)
{
    public static Arguments None { get; } = new([], []);

    public bool IsEmpty => Positional.Count == 0 && Named.Count == 0;

    /// <summary>All but the first <paramref name="count"/> positional arguments.</summary>
    public Arguments Skip(int count) => count == 0 ? this : new([.. Positional.Skip(count)], Named);

    public JinjaValue? FindNamed(string name)
    {
        foreach (var argument in Named)
        {
            if (argument.Name == name)
                return argument.Value;
        }

        return null;
    }
}
