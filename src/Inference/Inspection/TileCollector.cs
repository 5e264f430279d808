namespace VisionCluster.Inference.Inspection;

/// <summary>Gathers tensors of tiles that run one after another.</summary>
internal sealed class TileCollector
{
    private readonly Dictionary<string, Func<NamedTensor, (int[] Shape, float[] Values)>?> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(int[] Shape, float[] Values)>> _tiles = new(StringComparer.Ordinal);

    public bool IsWanted => _wanted.Count > 0;

    public IReadOnlySet<string> Names => _wanted.Keys.ToHashSet(StringComparer.Ordinal);

    /// <param name="name">An output of the graph.</param>
    /// <param name="reduce">Keeps a part of each tile's tensor <c>[1, …]</c>; null keeps it all.</param>
    public void Want(string name, Func<NamedTensor, (int[] Shape, float[] Values)>? reduce) => _wanted[name] = reduce;

    public void Add(IReadOnlyList<NamedTensor> tile)
    {
        foreach (var tensor in tile)
        {
            var part = _wanted[tensor.Name] is { } reduce ? reduce(tensor) : ([.. tensor.Shape.Skip(1).Select(size => (int)size)], tensor.Values);
            if (!_tiles.TryGetValue(tensor.Name, out var parts))
            {
                _tiles[tensor.Name] = parts = [];
            }

            parts.Add(part);
        }
    }

    /// <returns><c>[tiles, …]</c></returns>
    public (int[] Shape, float[] Values) Take(string name)
    {
        var parts = _tiles[name];
        var values = new float[parts.Sum(part => part.Values.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.Values.CopyTo(values, at);
            at += part.Values.Length;
        }

        return ([parts.Count, .. parts[0].Shape], values);
    }
}
