namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// The <c>loop</c> variable. Reads its source one item at a time and looks ahead only when asked, so that a lazy source sees what the
/// loop's body has done; asking for the length reads the rest.
/// </summary>
internal sealed class JinjaLoop(
    Budget budget, JinjaValue source, IEnumerator<JinjaValue> items, int depth0, Func<Evaluator, JinjaValue, int, JinjaValue>? recurse)
    : JinjaValue
{
    private readonly Queue<JinjaValue> _ahead = [];
    private JinjaValue? _current;
    private int? _length;
    private IReadOnlyList<JinjaValue>? _changed;

    public int Index0 { get; private set; } = -1;

    public int Depth0 { get; } = depth0;

    public JinjaValue? Previous { get; private set; }

    public override string TypeName => "LoopContext";

    public override bool IsTrue => Length > 0;

    public int Length
    {
        get
        {
            if (_length is { } known)
                return known;
            if (Sequences.TryLength(source) is { } sized)
                return (_length = (int)sized).Value;
            while (items.MoveNext())
            {
                budget.CheckItems(_ahead.Count);
                _ahead.Enqueue(items.Current);
            }

            return (_length = Index0 + 1 + _ahead.Count).Value;
        }
    }

    public bool IsRecursive => recurse is not null;

    public bool MoveNext(out JinjaValue item)
    {
        if (PeekNext() is not { } next)
        {
            item = JinjaNone.Value;
            return false;
        }

        _ahead.Dequeue();
        Index0++;
        Previous = _current;
        _current = item = next;
        return true;
    }

    public JinjaValue? PeekNext()
    {
        if (_ahead.Count == 0 && items.MoveNext())
            _ahead.Enqueue(items.Current);
        return _ahead.TryPeek(out var next) ? next : null;
    }

    public bool Changed(IReadOnlyList<JinjaValue> values, ValueComparer comparer)
    {
        if (_changed is { } last && comparer.SequenceEqual(last, values))
            return false;
        _changed = values;
        return true;
    }

    public JinjaValue Recurse(Evaluator evaluator, JinjaValue inner) =>
        recurse is null ? throw JinjaException.Type("TypeError: The loop must have the 'recursive' marker to be called recursively.")
        : recurse(evaluator, inner, Depth0 + 1);
}
