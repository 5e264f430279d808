using System.Text;

namespace VisionCluster.Models.Onnx;

/// <summary>Where a tensor of a graph file says that its values are.</summary>
internal sealed class TensorPlace
{
    public const int MaxRank = 16;

    private const int MaxEntryBytes = 4 << 10;

    public string Name { get; set; } = "";

    public List<long> Shape { get; } = [];

    /// <summary>Number of <c>TensorProto.DataType</c>.</summary>
    public long DataType { get; set; }

    /// <summary>Bytes of its values in the graph file itself.</summary>
    public long InlineBytes { get; set; }

    public bool IsExternal { get; set; }

    public Dictionary<string, string> External { get; } = new(StringComparer.Ordinal);

    /// <summary>Bits of one element; null for strings and types that are not known.</summary>
    public int? ElementBits => DataType switch
    {
        2 or 3 or 9 or (>= 17 and <= 20) => 8,
        4 or 5 or 10 or 16 => 16,
        1 or 6 or 12 => 32,
        7 or 11 or 13 or 14 => 64,
        15 => 128,
        21 or 22 or 23 => 4,
        _ => null,
    };

    /// <summary>Elements that the shape declares; null when there is no such number.</summary>
    public long? Elements
    {
        get
        {
            Int128 count = 1;
            foreach (var side in Shape)
            {
                count = side < 0 || count > long.MaxValue ? -1 : count * side;
                if (count < 0)
                {
                    return null;
                }
            }

            return count <= long.MaxValue ? (long)count : null;
        }
    }

    /// <summary>Adds an entry of <c>external_data</c>.</summary>
    public void Add(WireReader entry)
    {
        var (key, value) = ("", "");
        while (entry.Next(out var field))
        {
            if (field is not (1 or 2))
            {
                entry.Skip();
                continue;
            }

            var bytes = entry.Bytes();
            var text = bytes.Length <= MaxEntryBytes ? Encoding.UTF8.GetString(bytes) : throw entry.Malformed();
            (key, value) = field == 1 ? (text, value) : (key, text);
        }

        External[key] = value;
    }
}
