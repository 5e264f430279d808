using System.Text.Json;
using VisionCluster.TestKit;

namespace VisionCluster.Imaging.Tests;

/// <summary>One entry of <c>processors/images.json</c>.</summary>
internal sealed record ImageFixture(
    string File, string Format, int Width, int Height, int Frames, int UprightWidth, int UprightHeight, bool HasAlpha, bool Lossy,
    string Decode, string DecodeSha256, string? ScaledAlternative = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static string Folder { get; } = Path.Combine(Fixtures.Root, "processors");

    public static IReadOnlyList<ImageFixture> All { get; } = Read();

    public static TheoryData<string> Names => [.. All.Select(image => image.File)];

    public static ImageFixture Named(string file) => All.Single(image => image.File == file);

    public byte[] Bytes => System.IO.File.ReadAllBytes(Path.Combine(Folder, "images", File));

    public byte[] ExpectedBytes => System.IO.File.ReadAllBytes(Path.Combine(Folder, "decode", ScaledAlternative ?? Decode));

    private static List<ImageFixture> Read()
    {
        var file = Path.Combine(Folder, "images.json");
        return System.IO.File.Exists(file) ? JsonSerializer.Deserialize<List<ImageFixture>>(System.IO.File.ReadAllText(file), Json)! : [];
    }
}
