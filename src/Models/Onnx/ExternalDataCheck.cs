using System.Globalization;

namespace VisionCluster.Models.Onnx;

/// <summary>Every tensor's bytes must be in the graph file or in a file of the same folder, as many as its shape declares.</summary>
internal sealed class ExternalDataCheck(string folder, string graphName)
{
    private const int MaxFiles = 1_000;

    // 4-bit values are the densest that there are.
    private const int MostElementsPerByte = 2;

    private readonly Dictionary<string, long> _lengths = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Files => [.. _lengths.Keys.Order(StringComparer.Ordinal)];

    /// <exception cref="ModelException">The bytes are not there.</exception>
    public void Check(TensorPlace tensor)
    {
        var elements = tensor.Elements ?? throw Wrong(tensor, "declares an impossible shape");
        if (!tensor.IsExternal)
        {
            _ = elements / MostElementsPerByte <= tensor.InlineBytes ? 0 : throw Wrong(tensor, $"declares {elements} elements in {tensor.InlineBytes} bytes");
            return;
        }

        var bits = tensor.ElementBits ?? throw Wrong(tensor, $"keeps values of type {tensor.DataType} in another file, which is not supported");
        var length = Length(tensor);
        var offset = Number(tensor, "offset", 0);
        var needed = (((Int128)elements * bits) + 7) / 8;
        var there = Number(tensor, "length", Math.Max(0, length - offset));
        if (offset > length || there > length - offset || needed > there)
        {
            throw Wrong(tensor, $"declares {needed} bytes that {tensor.External["location"]} does not hold");
        }
    }

    private long Length(TensorPlace tensor)
    {
        var location = tensor.External.GetValueOrDefault("location", "");
        if (_lengths.TryGetValue(location, out var known))
        {
            return known;
        }

        // A backslash or colon is a folder or drive on some systems only: no hub file has them.
        if (location.Length == 0 || location is "." or ".." || location.AsSpan().ContainsAny("/\\:\0*"))
        {
            throw Wrong(tensor, $"keeps its data outside the model's folder: \"{location}\"");
        }

        var file = new FileInfo(Path.Combine(folder, location));
        if (!file.Exists)
        {
            throw Wrong(tensor, $"needs the file {location}, which is missing");
        }

        if (!IsInside(file))
        {
            throw Wrong(tensor, $"keeps its data outside the model's folder: \"{location}\" is a link");
        }

        _ = _lengths.Count < MaxFiles ? 0 : throw Wrong(tensor, $"is in one of more than {MaxFiles} data files");
        var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return _lengths[location] = target.Length;
    }

    /// <summary>A link must stay in the folder, or lead to where the graph's own link leads: the hub's cache is all links to its blobs.</summary>
    private bool IsInside(FileInfo file)
    {
        if (file.ResolveLinkTarget(returnFinalTarget: true) is not { } target)
        {
            return true;
        }

        var place = Path.GetDirectoryName(target.FullName);
        var graph = new FileInfo(Path.Combine(folder, graphName)).ResolveLinkTarget(returnFinalTarget: true);
        return place == Path.GetFullPath(folder) || (graph is not null && place == Path.GetDirectoryName(graph.FullName));
    }

    private long Number(TensorPlace tensor, string key, long fallback) => !tensor.External.TryGetValue(key, out var text) ? fallback
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
        : throw Wrong(tensor, $"has the {key} \"{text}\"");

    private ModelException Wrong(TensorPlace tensor, string what) => new($"{graphName}: tensor {Short(tensor.Name)} {what}.");

    private static string Short(string name) => name.Length <= 200 ? name : name[..200] + "…";
}
