namespace VisionCluster.Models.Templates.Jinja;

/// <summary>What <c>cycler(…)</c> makes: <c>next()</c>, <c>reset()</c> and <c>current</c> over fixed values.</summary>
internal sealed class JinjaCycler(IReadOnlyList<JinjaValue> items) : JinjaValue
{
    private int _position;

    public override string TypeName => "Cycler";

    public JinjaValue Current => items[_position];

    public JinjaValue Next()
    {
        var current = items[_position];
        _position = (_position + 1) % items.Count;
        return current;
    }

    public void Reset() => _position = 0;
}
