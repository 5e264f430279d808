using System.Globalization;
using VisionCluster.Models.Onnx;
using static VisionCluster.Models.Onnx.Protocol.TensorProto.Types;

namespace VisionCluster.Models.Exports;

/// <summary>
/// Takes what it knows from a graph's inputs and outputs, checking types and sides against the configuration. Whatever input is left then
/// is refused by name: a run could not give it.
/// </summary>
internal sealed class SignatureReader(GraphSignature graph)
{
    /// <summary>In a shape: a side that a run must be free to choose. Null takes any side.</summary>
    public const long Free = -1;

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public bool Has(string input) => graph.Inputs.ContainsKey(input);

    /// <summary>An optional input; null without it.</summary>
    public ExportElement? Input(string name, ReadOnlySpan<ExportElement> types, params ReadOnlySpan<long?> shape)
    {
        _taken.Add(name);
        return graph.Inputs.TryGetValue(name, out var input) ? Check(input, types, shape) : null;
    }

    public ExportElement RequiredInput(string name, ReadOnlySpan<ExportElement> types, params ReadOnlySpan<long?> shape) =>
        Input(name, types, shape) ?? throw Wrong($"has no input {name}");

    public ExportElement Output(string name, ReadOnlySpan<ExportElement> types, params ReadOnlySpan<long?> shape) =>
        graph.Outputs.TryGetValue(name, out var output) ? Check(output, types, shape) : throw Wrong($"has no output {name}");

    /// <summary>Dimensions of an input; null when the graph does not say.</summary>
    public int? Rank(string input) => graph.Inputs.TryGetValue(input, out var value) ? value.Shape?.Count : null;

    /// <summary>A side that the graph fixes; null where a run decides.</summary>
    public long? Side(string input, Index at) => graph.Inputs.TryGetValue(input, out var value) ? value.Side(at) : null;

    /// <exception cref="ModelException">An input is left.</exception>
    public void RefuseOthers()
    {
        if (graph.Inputs.Keys.Where(name => !_taken.Contains(name)).Order(StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw Wrong($"asks for the input {unknown}, which is not known here");
        }
    }

    public ModelException Wrong(string what) => new($"{graph.FileName} {what}.");

    private ExportElement Check(TensorSignature value, ReadOnlySpan<ExportElement> types, ReadOnlySpan<long?> shape)
    {
        var type = value.Type switch
        {
            DataType.Float => ExportElement.Float32,
            DataType.Float16 => ExportElement.Float16,
            DataType.Int64 => ExportElement.Int64,
            DataType.Bool => ExportElement.Bool,
            _ => (ExportElement?)null,
        };
        if (type is not { } known || !types.Contains(known))
        {
            throw Wrong($"has {value.Name} of type {value.Type}; {string.Join(" or ", types.ToArray()).ToLowerInvariant()} is read");
        }

        if (value.Shape is not { } sides)
        {
            return known;
        }

        var fits = sides.Count == shape.Length;
        for (var i = 0; fits && i < shape.Length; i++)
        {
            fits = sides[i] is null || shape[i] is null || sides[i] == shape[i]; // a fixed side is never Free
        }

        return fits ? known : throw Wrong($"has {value.Name} of shape {Text(sides)}; the configuration asks for {Text(shape.ToArray())}");
    }

    private static string Text(IEnumerable<long?> sides) => $"[{string.Join(", ", sides.Select(side => side is null or Free ? "?" : side.Value.ToString(CultureInfo.InvariantCulture)))}]";
}
