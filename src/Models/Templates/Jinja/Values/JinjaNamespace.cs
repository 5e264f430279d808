namespace VisionCluster.Models.Templates.Jinja;

/// <summary>What <c>namespace()</c> makes: the one value whose attributes a template may set.</summary>
internal sealed class JinjaNamespace : JinjaValue
{
    public OrderedDictionary<string, JinjaValue> Attributes { get; } = [];

    public override string TypeName => "Namespace";

    public void Set(string name, JinjaValue value)
    {
        if (name.StartsWith('_'))
        {
            throw JinjaException.Security("Chat templates cannot store underscore-prefixed attributes on a namespace, "
                + $"but got '{name}'. Please rename the attribute.");
        }

        Attributes[name] = value;
    }
}
