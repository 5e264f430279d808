namespace VisionCluster.Models.Templates.Jinja;

/// <param name="fieldNames">Names of the items, for the named tuples of <c>groupby</c>.</param>
internal sealed class JinjaTuple(IReadOnlyList<JinjaValue> items, string[]? fieldNames = null) : JinjaValue
{
    public IReadOnlyList<JinjaValue> Items { get; } = items;

    public string[]? FieldNames { get; } = fieldNames;

    /// <summary>Kept once computed, so that hashing a deep structure stays linear.</summary>
    public int? Hash { get; set; }

    public override string TypeName => "tuple";

    public override bool IsTrue => Items.Count > 0;
}
