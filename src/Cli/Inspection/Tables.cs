using Spectre.Console;

namespace VisionCluster.Cli.Inspection;

/// <summary>Tables with a name in the first column and numbers in the others.</summary>
internal static class Tables
{
    public static Table New(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(columns);
        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        return table;
    }
}
