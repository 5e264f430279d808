using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Bench.Figures;

/// <summary>What a measurement says: rows of named figures, as a table for people or one JSON object for programs.</summary>
internal sealed class BenchReport(string bench)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<KeyValuePair<string, JsonNode?>> _about = [];
    private readonly List<IReadOnlyList<KeyValuePair<string, JsonNode?>>> _rows = [];

    /// <summary>What holds for all rows, such as the model.</summary>
    public BenchReport About(string name, JsonNode? value)
    {
        _about.Add(new(name, value));
        return this;
    }

    /// <summary>One row; null is a figure that this row does not have.</summary>
    public void Add(params IReadOnlyList<(string Name, JsonNode? Value)> figures) =>
        _rows.Add([.. figures.Select(figure => KeyValuePair.Create(figure.Name, figure.Value))]);

    /// <summary>A figure rounded to what a clock of this kind can tell.</summary>
    public static JsonNode? Number(double? value) => value is { } v && double.IsFinite(v) ? JsonValue.Create(Math.Round(v, 3)) : null;

    public JsonObject ToJson() => new(
    [
        new("bench", bench),
        new("version", typeof(BenchReport).Assembly.GetName().Version?.ToString(3)),
        new("cores", Environment.ProcessorCount),
        new("architecture", RuntimeInformation.ProcessArchitecture.ToString()),
        .. _about,
        new("rows", new JsonArray([.. _rows.Select(row => (JsonNode)new JsonObject(row))])),
    ]);

    public void Print(bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(ToJson().ToJsonString(Json));
            return;
        }

        Terminal.Output.MarkupLineInterpolated($"[bold]{bench}[/]: {string.Join(", ", _about.Select(pair => $"{pair.Key} {Text(pair.Value)}"))}");
        Terminal.Output.Write(ToTable());
    }

    private Table ToTable()
    {
        string[] columns = [.. _rows.SelectMany(row => row.Select(figure => figure.Key)).Distinct()];
        var table = new Table().Border(TableBorder.Simple).AddColumns([.. columns.Select(name => Markup.Escape(name.Replace('_', ' ')))]);
        foreach (var row in _rows)
        {
            var figures = row.ToDictionary(figure => figure.Key, figure => figure.Value);
            table.AddRow([.. columns.Select(column => new Text(Text(figures.GetValueOrDefault(column))))]);
        }

        return table;
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "–",
        JsonValue number when number.TryGetValue<double>(out var d) => d.ToString(Math.Abs(d) >= 1000 ? "N0" : "0.###", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
