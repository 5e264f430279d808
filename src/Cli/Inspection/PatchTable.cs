using System.Globalization;
using Spectre.Console;
using VisionCluster.Cli.Commands;
using PatchGrid = VisionCluster.Inference.Inspection.PatchGrid;

namespace VisionCluster.Cli.Inspection;

/// <summary>One patch against all others: the highest values, and their range.</summary>
internal sealed class PatchTable(int patch)
{
    private const int Shown = 3;

    private Table? _table;

    /// <param name="title">Which tensor.</param>
    /// <param name="grid">The patches.</param>
    /// <param name="values">Of each patch of each tile.</param>
    public void Add(string title, PatchGrid grid, float[] values)
    {
        _table ??= Tables.New(
            $"patch {patch} (row {patch / grid.Columns}, column {patch % grid.Columns}) by", "least", "mean", "highest on others");
        var best = Enumerable.Range(0, values.Length).Where(other => other != patch).OrderByDescending(other => values[other]).Take(Shown);
        _table.AddRow(
            Markup.Escape(title),
            Number(values.Min()),
            Number(values.Average()),
            string.Join("; ", best.Select(other => $"{Grids.Place(grid, other)} ({Number(values[other])})")));
    }

    public void Write()
    {
        if (_table is not null)
        {
            Terminal.Output.Write(_table);
        }
    }

    private static string Number(float value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
