using System.Security.Cryptography;
using System.Text.Json;
using VisionCluster.Imaging;
using VisionCluster.Models.Processing.Resampling;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Processing;

/// <summary>One entry of <c>resample/cases.json</c> or <c>crop-pad/cases.json</c>.</summary>
internal sealed record OperationCase(
    string Output, int Width, int Height, string Sha256, string? Input = null, int Resample = 0, string? Op = null,
    int CropWidth = 0, int CropHeight = 0, int SourceWidth = 0, int SourceHeight = 0, int Multiple = 0, int[]? Fill = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The cases of a folder beside <c>processors/configs</c>; none where it is missing.</summary>
    public static IReadOnlyList<OperationCase> All(string folder)
    {
        var file = Path.Combine(Fixtures.Root, "processors", folder, "cases.json");
        return File.Exists(file) ? JsonSerializer.Deserialize<List<OperationCase>>(File.ReadAllText(file), Json)! : [];
    }

    /// <summary>The picture, one channel where its name says gray.</summary>
    public static Raster Read(string folder, string name)
    {
        var path = Path.Combine(Fixtures.Root, "processors", folder, name);
        var image = ImageCodecs.Default.Decode(File.ReadAllBytes(path), ImageLimits.Default);
        return IsGray(path)
            ? new Raster([.. image.Pixels.Where((_, i) => i % 3 == 0)], 0, image.Width, image.Width, image.Height, 1)
            : Raster.Of(image);
    }

    public static string Hash(Raster image) => Convert.ToHexStringLower(SHA256.HashData(image.ToImage().Pixels));

    // PNG colour type 0, in the header chunk.
    private static bool IsGray(string path) => File.ReadAllBytes(path)[25] == 0;
}
