namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Names that are set in one block; reads fall through to the enclosing scopes, writes stay.</summary>
internal sealed class Scope(Scope? parent)
{
    private Dictionary<string, JinjaValue>? _values;

    public Scope? Parent => parent;

    public JinjaValue? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._values is { } values && values.TryGetValue(name, out var value))
                return value;
        }

        return null;
    }

    public void Set(string name, JinjaValue value) => (_values ??= [])[name] = value;
}
