using System.Globalization;
using System.Numerics.Tensors;
using Spectre.Console;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Inspection;

/// <summary>What an inspection shows of pictures: how they are cut, components, and one patch against the others.</summary>
internal sealed class PictureReport(InspectionResult result, ReportFolder folder, int? patch)
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
        foreach (var grid in result.Grids.Values)
        {
            var tiles = grid.TileRows == 0 ? $"{grid.Tiles} tile" : $"{grid.TileRows} × {grid.TileColumns} tiles and the whole picture";
            Terminal.Output.MarkupLineInterpolated(
                $"image {grid.Image + 1}: {tiles}, each {grid.Rows} × {grid.Columns} patches of {grid.PatchHeight} × {grid.PatchWidth} pixels{(grid.ClassToken ? ", and a class token" : "")}");
        }

        foreach (var (view, layer, picture) in result.Pictures)
        {
            folder.WritePng(picture.Image, view == InspectView.Pca ? "pca" : "grid", layer, picture.Png.ToByteArray());
        }

        Components();
        Tensors();
    }

    private static (Table Table, bool Any) NewTable(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(columns);
        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        return (table, false);
    }

    private void Components()
    {
        var (table, any) = NewTable("components of", "red", "green", "blue", "together");
        foreach (var (_, layer, picture) in result.Pictures.Where(picture => picture.View == InspectView.Pca))
        {
            table.AddRow([
                $"image {picture.Image + 1}, layer {layer}", .. picture.Explained.Append(picture.Explained.Sum()).Select(value => value.ToString("P1", CultureInfo.InvariantCulture))]);
            any = true;
        }

        if (any)
        {
            Terminal.Output.Write(table);
        }
    }

    private void Tensors()
    {
        var (table, any) = NewTable("tensor", "shape", "least", "mean", "most", "mean length");
        foreach (var tensor in result.Tensors)
        {
            var (name, values) = (Names[tensor.View], tensor.Values);
            folder.WriteTensor(tensor.Image, name, tensor.Layer, tensor);
            table.AddRow(
                $"{name}{(tensor.Image is { } i ? $", image {i + 1}" : "")}{(tensor.Layer is { } l ? $", layer {l}" : "")}",
                Markup.Escape($"[{string.Join(", ", tensor.Shape)}]"),
                Number(TensorPrimitives.Min<float>(values)),
                Number(TensorPrimitives.Average<float>(values)),
                Number(TensorPrimitives.Max<float>(values)),
                Number(Enumerable.Range(0, values.Length / tensor.Shape[^1]).Average(row => TensorPrimitives.Norm(tensor.Row(row)))));
            any = true;
            if (tensor.Image is { } image && patch is { } index && result.Grids.TryGetValue(image, out var grid))
            {
                OnePatch(tensor, name, grid, index);
            }
        }

        if (any)
        {
            Terminal.Output.Write(table);
        }
    }

    /// <summary>Cosines of one patch of the first tile to all others, or what it attends to.</summary>
    private void OnePatch(InspectedTensor tensor, string name, PatchGrid grid, int index)
    {
        var (patches, attention) = ((int)(grid.Rows * grid.Columns), tensor.View == InspectView.Attention);
        if (index >= patches)
        {
            throw new CliException($"--patch {index}: a tile has {patches} patches.");
        }

        var rows = tensor.Shape[attention ? 2 : 1];
        var skip = tensor.Shape[attention ? 3 : 1] > patches ? 1 : 0; // the class token
        var values = new List<float>();
        for (var tile = 0; tile < grid.Tiles; tile++)
        {
            for (var other = 0; other < patches; other++)
            {
                values.Add(attention
                    ? Attended(tensor, tile, rows, index + skip, other + skip)
                    : TensorPrimitives.CosineSimilarity(tensor.Row(index + skip), tensor.Row((tile * rows) + other + skip)));
            }
        }

        folder.WritePng(tensor.Image, $"{name}-patch{index}", tensor.Layer, HeatMap.Draw(grid, values));
    }

    /// <summary>Mean over heads.</summary>
    private static float Attended(InspectedTensor tensor, int tile, int queries, int query, int key)
    {
        var heads = tensor.Shape[1];
        return Enumerable.Range(0, heads).Average(head => tensor.Row((((tile * heads) + head) * queries) + query)[key]);
    }

    private static string Number(float value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
