namespace VisionCluster.Models.Templates.Jinja;

/// <summary>A list; read-only, as transformers' sandbox keeps it.</summary>
internal sealed class JinjaList(IReadOnlyList<JinjaValue> items) : JinjaValue
{
    public IReadOnlyList<JinjaValue> Items { get; } = items;

    public override string TypeName => "list";

    public override bool IsTrue => Items.Count > 0;
}
