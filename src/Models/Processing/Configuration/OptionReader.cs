using System.Text.Json;

namespace VisionCluster.Models.Processing.Configuration;

/// <summary>Reads options by name with a default, and remembers which were read: what nobody understood is refused by name.</summary>
internal sealed class OptionReader(IReadOnlyDictionary<string, JsonElement> options)
{
    private const int MaxSide = 16_384;

    private readonly HashSet<string> _read = [];

    /// <summary>An explicit null counts as false, as it does in the reference.</summary>
    public bool Flag(string name, bool otherwise) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False or JsonValueKind.Null } => false,
        { } value => throw Wrong(name, value, "true or false"),
    };

    public string? Text(string name) => Find(name) switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw Wrong(name, value, "text"),
    };

    public double Number(string name, double otherwise) => Find(name) switch
    {
        null or { ValueKind: JsonValueKind.Null } => otherwise,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        { } value => throw Wrong(name, value, "a number"),
    };

    public int Integer(string name, int otherwise) => Find(name) switch
    {
        null or { ValueKind: JsonValueKind.Null } => otherwise,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        { } value => throw Wrong(name, value, "an integer"),
    };

    /// <summary>One number for each of three channels; a single number stands for all.</summary>
    public IReadOnlyList<double> PerChannel(string name, IReadOnlyList<double> otherwise)
    {
        if (Find(name) is not { } value || value.ValueKind == JsonValueKind.Null)
            return otherwise;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var all))
            return [all, all, all];
        var numbers = value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Number).Select(item => item.GetDouble()).ToArray()
            : [];
        return numbers.Length == 3 && value.GetArrayLength() == 3 && numbers.All(double.IsFinite)
            ? numbers
            : throw Wrong(name, value, "three numbers");
    }

    /// <param name="name">Option to read.</param>
    /// <param name="otherwise">Value where it is absent or null.</param>
    /// <param name="square">Old files have a plain integer: a square, or else the shortest edge.</param>
    public TargetSize Size(string name, TargetSize otherwise, bool square)
    {
        if (Find(name) is not { } value || value.ValueKind == JsonValueKind.Null)
            return otherwise;
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                var side = Side(name, value);
                return square ? TargetSize.Square(side) : new TargetSize(ShortestEdge: side);
            case JsonValueKind.Array when value.GetArrayLength() == 2:
                return new TargetSize(Side(name, value[0]), Side(name, value[1]));
            case JsonValueKind.Object:
                var size = default(TargetSize);
                foreach (var member in value.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
                {
                    var pixels = Side($"{name}.{member.Name}", member.Value);
                    size = member.Name switch
                    {
                        "height" => size with { Height = pixels },
                        "width" => size with { Width = pixels },
                        "shortest_edge" => size with { ShortestEdge = pixels },
                        "longest_edge" => size with { LongestEdge = pixels },
                        _ => throw new ModelException($"The image processor option '{name}.{member.Name}' is not supported."),
                    };
                }

                return size;
            default:
                throw Wrong(name, value, "a size");
        }
    }

    /// <summary>Leaves out options that have no effect on pixels.</summary>
    public void Ignore(IEnumerable<string> names) => _read.UnionWith(names);

    /// <exception cref="ModelException">Options were left that nobody read and that are set.</exception>
    public void RefuseOthers(string processor)
    {
        var others = options.Keys.Where(name => !_read.Contains(name)).Order(StringComparer.Ordinal).Select(name => $"'{name}'").ToArray();
        if (others.Length > 0)
            throw new ModelException($"The {processor} image processor does not support {string.Join(", ", others)}.");
    }

    private JsonElement? Find(string name)
    {
        _read.Add(name);
        return options.TryGetValue(name, out var value) ? value : null;
    }

    private static int Side(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var side) && side is >= 1 and <= MaxSide
            ? side
            : throw Wrong(name, value, $"a number of pixels from 1 to {MaxSide}");

    private static ModelException Wrong(string name, JsonElement value, string wanted)
    {
        var found = value.GetRawText() is { Length: <= 40 } text ? text : value.ValueKind.ToString();
        return new ModelException($"The image processor option '{name}' must be {wanted}, not {found}.");
    }
}
