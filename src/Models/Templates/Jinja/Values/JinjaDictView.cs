namespace VisionCluster.Models.Templates.Jinja;

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> return: iterable and sized, but not indexable.</summary>
internal sealed class JinjaDictView(JinjaDict dict, JinjaDictView.Part part) : JinjaValue
{
    public enum Part
    {
        Keys,
        Values,
        Items,
    }

    public JinjaDict Dict { get; } = dict;

    public Part Shown { get; } = part;

    public override string TypeName => $"dict_{Shown.ToString().ToLowerInvariant()}";

    public override bool IsTrue => Dict.IsTrue;

    public IEnumerable<JinjaValue> Values()
    {
        foreach (var (key, value) in Dict.Items)
            yield return Shown switch { Part.Keys => key, Part.Values => value, _ => new JinjaTuple([key, value]) };
    }
}
