namespace VisionCluster.Models.Templates.Jinja;

/// <summary>A mapping in order of insertion; filled when made, read-only for templates.</summary>
internal sealed class JinjaDict(ValueComparer comparer) : JinjaValue
{
    public OrderedDictionary<JinjaValue, JinjaValue> Items { get; } = new(comparer);

    public override string TypeName => "dict";

    public override bool IsTrue => Items.Count > 0;

    public JinjaValue? Find(JinjaValue key) => Items.TryGetValue(key, out var value) ? value : null;
}
