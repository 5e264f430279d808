using System.Globalization;
using Spectre.Console;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;
using PatchGrid = VisionCluster.Inference.Inspection.PatchGrid;

namespace VisionCluster.Cli.Inspection;

/// <summary>Which image tokens an answer attends to: for each of its tokens the attention of the position that chose it, averaged over heads.</summary>
internal sealed class AnswerReport(InspectionResult result, ReportFolder folder)
{
    private const int ShownPlaces = 3;

    public void Write()
    {
        var answer = result.Tokens.Where(token => token.Answer).ToList();
        if (answer.Count == 0)
        {
            return;
        }

        Terminal.Output.MarkupLineInterpolated($"answer: [bold]{string.Concat(answer.Select(token => token.Text)).Trim()}[/]");
        foreach (var tensor in result.Tensors.Where(tensor => tensor is { View: InspectView.Attention, Image: null }))
        {
            Layer(tensor, answer);
        }
    }

    private void Layer(InspectedTensor attention, List<PromptToken> answer)
    {
        var images = result.Tokens.Where(token => token.Place is { Rows: > 0 }).ToList();
        var table = new Table().Border(TableBorder.Rounded).AddColumns($"answer, layer {attention.Layer}", "on images", "most on");
        table.Columns[1].RightAligned();
        var (sums, places) = (new Dictionary<uint, float>(), new PlaceNames(result.Tokens));
        foreach (var token in answer)
        {
            var weights = Weights(attention, (int)token.Position - 1);
            foreach (var image in images)
            {
                sums[image.Position] = sums.GetValueOrDefault(image.Position) + weights[image.Position];
            }

            table.AddRow(
                Markup.Escape(PromptReport.Show(token.Text)),
                Percent(images.Sum(image => weights[image.Position])),
                string.Join("; ", images.OrderByDescending(image => weights[image.Position]).Take(ShownPlaces)
                    .Select(image => $"{places.Of(image.Place)} ({Percent(weights[image.Position])})")));
        }

        Terminal.Output.Write(table);
        foreach (var (image, answered) in result.Grids)
        {
            var grid = Grids.Of(answered);
            folder.WritePng(image, "answer-attention", attention.Layer, HeatMap.Draw(grid, Patches(grid, image, images, sums), least: 0));
        }
    }

    private static string Percent(float share) => share.ToString("P1", CultureInfo.InvariantCulture);

    /// <summary>Mean over heads of one query's weights.</summary>
    private static float[] Weights(InspectedTensor attention, int query)
    {
        var (heads, queries) = (attention.Shape[1], attention.Shape[2]);
        var weights = new float[attention.Shape[3]];
        for (var head = 0; head < heads; head++)
        {
            var row = attention.Row((head * queries) + query);
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i] += row[i] / heads;
            }
        }

        return weights;
    }

    /// <summary>Every patch takes the weight of the image token that stands for it.</summary>
    private static float[] Patches(PatchGrid grid, uint image, List<PromptToken> tokens, Dictionary<uint, float> sums)
    {
        var values = new float[grid.Tiles * grid.Patches];
        foreach (var token in tokens.Where(token => token.Place.Image == image))
        {
            var place = token.Place;
            for (var row = place.Row; row < place.Row + place.Rows; row++)
            {
                for (var column = place.Column; column < place.Column + place.Columns; column++)
                {
                    values[((int)place.Tile * grid.Patches) + ((int)row * grid.Columns) + (int)column] += sums[token.Position];
                }
            }
        }

        return values;
    }
}
