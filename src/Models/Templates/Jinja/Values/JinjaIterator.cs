namespace VisionCluster.Models.Templates.Jinja;

/// <summary>A lazy sequence that can be walked once, as <c>map</c>, <c>select</c> and other filters return.</summary>
internal sealed class JinjaIterator(IEnumerable<JinjaValue> items, string typeName = "generator") : JinjaValue
{
    private readonly IEnumerator<JinjaValue> _items = items.GetEnumerator();
    private bool _isRunning;

    public override string TypeName => typeName;

    /// <summary>The next item, or null at the end. Iterators over iterators nest, so the budget counts the depth.</summary>
    public JinjaValue? Next(Budget budget)
    {
        if (_isRunning)
            throw JinjaException.Type("ValueError: generator already executing");
        budget.Enter();
        _isRunning = true;
        var item = _items.MoveNext() ? _items.Current : null;
        _isRunning = false;
        budget.Leave();
        return item;
    }
}
