using System.Globalization;
using System.Numerics.Tensors;
using Spectre.Console;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;
using VisionCluster.Inference.Inspection;
using PatchGrid = VisionCluster.Inference.Inspection.PatchGrid;

namespace VisionCluster.Cli.Inspection;

/// <summary>The tensors of an inspection: a line each, a file each, and of pictures' tensors what can be seen of them.</summary>
internal sealed class TensorReport(InspectionResult result, ReportFolder folder, int? patch)
{
    private static readonly Dictionary<InspectView, string> Names = new()
    {
        [InspectView.PatchProjection] = "projection",
        [InspectView.Positions] = "positions",
        [InspectView.Embeddings] = "embeddings",
        [InspectView.Hidden] = "hidden",
        [InspectView.Attention] = "attention",
    };

    public void Write()
    {
        if (result.Tensors.Count == 0)
        {
            return;
        }

        var (table, near) = (Tables.New("tensor", "shape", "least", "mean", "most", "mean length"), new PatchTable(patch ?? 0));
        foreach (var tensor in result.Tensors)
        {
            var (name, values) = (Names[tensor.View], tensor.Values);
            var title = $"{folder.NameOf(tensor.Image)} {name}{(tensor.Layer is { } layer ? $", layer {layer}" : "")}";
            folder.WriteTensor(tensor.Image, name, tensor.Layer, tensor);
            table.AddRow(
                Markup.Escape(title),
                Markup.Escape($"[{string.Join(", ", tensor.Shape)}]"),
                Number(TensorPrimitives.Min<float>(values)),
                Number(TensorPrimitives.Average<float>(values)),
                Number(TensorPrimitives.Max<float>(values)),
                Number(Enumerable.Range(0, values.Length / tensor.Shape[^1]).Average(row => TensorPrimitives.Norm(tensor.Row(row)))));
            if (tensor.Image is { } image && result.Grids.TryGetValue(image, out var grid))
            {
                Draw(tensor, name, Grids.Of(grid), title, near);
            }
        }

        Terminal.Output.Write(table);
        near.Write();
    }

    private static string Number(float value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private void Draw(InspectedTensor tensor, string name, PatchGrid grid, string title, PatchTable near)
    {
        if (patch is { } index)
        {
            if (index < 0 || index >= grid.Patches)
            {
                throw new CliException($"--patch {index}: a tile has patches 0 to {grid.Patches - 1}.");
            }

            var values = PatchValues.Against(tensor, grid, index);
            near.Add(title, grid, values);
            folder.WritePng(tensor.Image, $"{name}-patch{index}", tensor.Layer, HeatMap.Draw(grid, values, marked: index));
        }
        else if (Whole(tensor, grid) is { } picture)
        {
            folder.WritePng(tensor.Image, name, tensor.Layer, picture);
        }
    }

    /// <summary>All patches at once; null for hidden states, which have a view of their own for that, and for sheets that nobody could read.</summary>
    private static Imaging.RgbCanvas? Whole(InspectedTensor tensor, PatchGrid grid) => tensor.View switch
    {
        InspectView.Attention => HeatMap.Draw(grid, PatchValues.Attended(tensor, grid), least: 0),
        InspectView.PatchProjection or InspectView.Embeddings => ComponentPicture.Draw(
            grid, PrincipalComponents.Of(PatchValues.Rows(tensor, grid), tensor.Shape[^1], ComponentPicture.Components)),
        InspectView.Positions when grid.Patches <= PositionSheet.MaxPositions =>
            PositionSheet.Draw(grid, PatchValues.Rows(tensor, grid).AsSpan(0, grid.Patches * tensor.Shape[^1]), tensor.Shape[^1]),
        _ => null,
    };
}
