namespace VisionCluster.Models.Tokenization.Text;

/// <summary>A prefix tree over UTF-16 units with a value at the end of each key.</summary>
internal sealed class CharTrie
{
    public const int Root = 0;
    public const int Missing = -1;

    private readonly Dictionary<(int Node, char Unit), int> _children;
    private readonly List<int> _values = [Missing];

    public CharTrie(int expectedNodes = 0) => _children = new Dictionary<(int, char), int>(expectedNodes);

    public void Add(ReadOnlySpan<char> key, int value)
    {
        var node = Root;
        foreach (var unit in key)
        {
            if (!_children.TryGetValue((node, unit), out var child))
            {
                child = _values.Count;
                _children.Add((node, unit), child);
                _values.Add(Missing);
            }

            node = child;
        }

        _values[node] = value;
    }

    public int ChildOf(int node, char unit) => _children.TryGetValue((node, unit), out var child) ? child : Missing;

    /// <summary>The value of the key that ends at this node, or <see cref="Missing"/>.</summary>
    public int ValueOf(int node) => _values[node];

    /// <summary>The longest key at the start of the text: its length (0 when there is none) and value.</summary>
    public int MatchLongest(ReadOnlySpan<char> text, out int value)
    {
        int node = Root, longest = 0;
        value = Missing;
        for (var i = 0; i < text.Length; i++)
        {
            node = ChildOf(node, text[i]);
            if (node == Missing)
                break;
            if (_values[node] == Missing)
                continue;
            longest = i + 1;
            value = _values[node];
        }

        return longest;
    }
}
