using Spectre.Console;
using VisionCluster.Cli.Commands;
using VisionCluster.Imaging;

namespace VisionCluster.Cli.Inspection;

/// <summary>Where an inspection's pictures and tensors go, and how they are called: picture, view, layer.</summary>
internal sealed class ReportFolder
{
    private readonly string _folder;
    private readonly string[] _names;

    public ReportFolder(string folder, string[] images)
    {
        _folder = folder;
        _names = [.. images.Select(file => Path.GetFileNameWithoutExtension(file))];
        Directory.CreateDirectory(folder);
    }

    public void WritePng(uint? image, string what, uint? layer, byte[] png)
    {
        var path = PathOf(image, what, layer, "png");
        File.WriteAllBytes(path, png);
        Say(path);
    }

    public void WritePng(uint? image, string what, uint? layer, RgbCanvas canvas) => WritePng(image, what, layer, canvas.ToPng());

    public void WriteTensor(uint? image, string what, uint? layer, InspectedTensor tensor)
    {
        var path = PathOf(image, what, layer, "npy");
        NpyFile.Write(path, tensor.Shape, tensor.Values);
        Say(path);
    }

    /// <summary>What an image is called, or the text.</summary>
    public string NameOf(uint? image) => image is { } i ? Twins((int)i) : "text";

    private static void Say(string path) => Terminal.Error.MarkupLineInterpolated($"[grey]wrote {path}[/]");

    private string PathOf(uint? image, string what, uint? layer, string extension) =>
        Path.Combine(_folder, $"{NameOf(image)}-{what}{(layer is { } l ? $"-layer{l}" : "")}.{extension}");

    /// <summary>Two pictures of one name are told apart by number.</summary>
    private string Twins(int image) => _names.Count(name => name == _names[image]) > 1 ? $"{_names[image]}{image + 1}" : _names[image];
}
