using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VisionCluster.Inference.Quality;

namespace VisionCluster.Cli.Commands;

/// <summary>What <c>visioncluster quality</c> prints.</summary>
internal sealed record QualityReport(string Model, int Threads, IReadOnlyList<QualityRow> Rows)
{
    private const double Mebi = 1 << 20;

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public void WriteJson(TextWriter output) => output.WriteLine(JsonSerializer.Serialize(this, Snake));

    public void WriteTable(IAnsiConsole output)
    {
        string[] columns = ["form", "positions", "top-1", "mean KL (nats)", "perplexity", "weights (MiB)", "prefill tok/s", "decode tok/s", "8 together tok/s"];
        var table = new Table().Border(TableBorder.Rounded).AddColumns(columns);
        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        foreach (var row in Rows)
        {
            table.AddRow(
                row.Form,
                Number(row.Positions, "F0"),
                Number(row.TopOneAgreement, "F4"),
                Number(row.MeanDivergence, "F5"),
                Number(row.Perplexity, "F3"),
                Number(row.WeightBytes / Mebi, "F1"),
                Number(row.PrefillTokensPerSecond, "F0"),
                Number(row.DecodeTokensPerSecond, "F0"),
                Number(row.BatchTokensPerSecond, "F0"));
        }

        output.Write(table);
        output.MarkupLineInterpolated($"{Model} on cpu:0 with {Threads} threads");
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
