using System.Globalization;
using Spectre.Console;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Inspection;

/// <summary>What an inspection shows of a prompt: its tokens, and what could follow each.</summary>
internal static class PromptReport
{
    public static void Write(InspectionResult result, bool tokens)
    {
        if (tokens && result.Tokens.Count > 0)
        {
            Tokens(result.Tokens);
        }

        if (result.NextTokens.Count > 0)
        {
            Next(result.NextTokens, result.Tokens);
        }
    }

    /// <summary>A token as a table shows it.</summary>
    public static string Show(string text) => text.Replace("\n", "↵", StringComparison.Ordinal).Replace(" ", "·", StringComparison.Ordinal);

    private static void Tokens(List<PromptToken> tokens)
    {
        var (table, places) = (new Table().Border(TableBorder.Rounded).AddColumns("position", "token", "id"), new PlaceNames(tokens));
        table.Columns[0].RightAligned();
        table.Columns[2].RightAligned();
        if (places.Any)
        {
            table.AddColumn("stands for");
        }

        foreach (var token in tokens)
        {
            var text = Markup.Escape(Show(token.Text));
            string[] cells =
            [
                token.Position.ToString(CultureInfo.InvariantCulture),
                token.Answer ? $"[bold]{text}[/]" : text,
                token.Id.ToString(CultureInfo.InvariantCulture),
                token.Place is { } place ? places.Of(place) : "",
            ];
            table.AddRow(cells[..table.Columns.Count]);
        }

        Terminal.Output.Write(table);
    }

    /// <summary>Positions of image tokens say nothing about text and are left out.</summary>
    private static void Next(List<NextTokens> positions, List<PromptToken> tokens)
    {
        var images = tokens.Where(token => token.Place is not null).Select(token => token.Position).ToHashSet();
        var table = new Table().Border(TableBorder.Rounded).AddColumns("position", "token");
        table.AddColumns([.. positions[0].Candidates.Select((_, i) => $"next {i + 1}")]);
        table.Columns[0].RightAligned();
        foreach (var position in positions.Where(position => !images.Contains(position.Position)))
        {
            table.AddRow([
                position.Position.ToString(CultureInfo.InvariantCulture),
                $"[bold]{Markup.Escape(Show(position.Text))}[/]",
                .. position.Candidates.Select(c => $"{Markup.Escape(Show(c.Text))} [grey]{c.Probability.ToString("P0", CultureInfo.InvariantCulture)}[/]")]);
        }

        Terminal.Output.Write(table);
    }
}
