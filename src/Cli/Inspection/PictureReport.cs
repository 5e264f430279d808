using System.Globalization;
using Spectre.Console;
using VisionCluster.Cli.Commands;
using VisionCluster.Contracts.V1;
using VisionCluster.Imaging;

namespace VisionCluster.Cli.Inspection;

/// <summary>What an inspection shows of pictures: how they are cut, and the components of layers.</summary>
internal sealed class PictureReport(InspectionResult result, ReportFolder folder, string[] files)
{
    // Whoever answered has taken the picture already; bounds are its business, and only the header is read here.
    private static readonly ImageLimits Unbounded = new()
    {
        MaxBytes = int.MaxValue,
        MaxSide = int.MaxValue,
        MaxPixels = long.MaxValue,
        MaxFrames = int.MaxValue,
    };

    public void Write()
    {
        foreach (var grid in result.Grids.Values)
        {
            var tiles = grid.TileRows == 0 ? "1 tile of" : $"{grid.TileRows} × {grid.TileColumns} tiles and the whole picture, each";
            Terminal.Output.MarkupLineInterpolated(
                $"{Describe(files[(int)grid.Image])}: {tiles} {grid.Rows} × {grid.Columns} patches of {grid.PatchHeight} × {grid.PatchWidth} pixels{(grid.ClassToken ? ", and a class token" : "")}");
        }

        foreach (var (view, layer, picture) in result.Pictures)
        {
            folder.WritePng(picture.Image, view == InspectView.Pca ? "pca" : "grid", layer, picture.Png.ToByteArray());
        }

        Components();
    }

    private static string Describe(string file)
    {
        var info = ImageCodecs.Default.Probe(File.ReadAllBytes(file), Unbounded);
        return $"{Path.GetFileName(file)} ({info.Format.ToString().ToUpperInvariant()}, {info.Width} wide, {info.Height} high)";
    }

    private void Components()
    {
        var components = result.Pictures.Where(picture => picture.View == InspectView.Pca).ToList();
        if (components.Count == 0)
        {
            return;
        }

        var table = Tables.New("components of", "red", "green", "blue", "together");
        foreach (var (_, layer, picture) in components)
        {
            table.AddRow([
                Markup.Escape($"{folder.NameOf(picture.Image)}, layer {layer}"),
                .. picture.Explained.Append(picture.Explained.Sum()).Select(value => value.ToString("P1", CultureInfo.InvariantCulture))]);
        }

        Terminal.Output.Write(table);
    }
}
