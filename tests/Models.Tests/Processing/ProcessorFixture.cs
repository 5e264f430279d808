using System.Text.Json;
using VisionCluster.Imaging;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Processing;

/// <summary>What the reference makes of one image with one configuration: a file under <c>processors/expected</c>.</summary>
internal sealed record ProcessorFixture(
    string Image, IReadOnlyList<ExpectedTile> Tiles, int GridPoints, int[][] Resizes, int[] PixelValuesShape, int[] SampleIndex,
    float[] SampleValue, int? Rows = null, int? Cols = null, long[]? AttentionMaskSums = null, string? Error = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly string Folder = Path.Combine(Fixtures.Root, "processors");

    public static TheoryData<string> Configs =>
        [.. Fixtures.Folders(Path.Combine("processors", "configs")).Select(folder => Path.GetFileName(folder))];

    public static string ConfigFolder(string config) => Path.Combine(Folder, "configs", config);

    public static IReadOnlyList<ProcessorFixture> Of(string config) =>
    [
        .. Directory.GetFiles(Path.Combine(Folder, "expected", config), "*.json").Order(StringComparer.Ordinal)
            .Select(file => JsonSerializer.Deserialize<ProcessorFixture>(System.IO.File.ReadAllText(file), Json)!),
    ];

    /// <summary>The reference's own decoding of the image.</summary>
    public DecodedImage ReferencePixels => Decode(Path.Combine("decode", Source.Decode));

    public byte[] File => System.IO.File.ReadAllBytes(Path.Combine(Folder, "images", Image));

    /// <summary>Our decoding of the file.</summary>
    public DecodedImage FilePixels => ImageCodecs.Default.Decode(File, ImageLimits.Default);

    public ImageSource Source => Sources[Image];

    private static Dictionary<string, ImageSource> Sources { get; } = ReadSources();

    private static DecodedImage Decode(string path) =>
        ImageCodecs.Default.Decode(System.IO.File.ReadAllBytes(Path.Combine(Folder, path)), ImageLimits.Default);

    private static Dictionary<string, ImageSource> ReadSources()
    {
        var file = Path.Combine(Folder, "images.json");
        var sources = System.IO.File.Exists(file)
            ? JsonSerializer.Deserialize<List<ImageSource>>(System.IO.File.ReadAllText(file), Json)!
            : [];
        return sources.ToDictionary(source => source.File);
    }
}

/// <summary>An entry of <c>images.json</c>; with a scaled alternative we deliberately decode otherwise than the reference.</summary>
internal sealed record ImageSource(string File, string Decode, bool Lossy, string? ScaledAlternative = null);

/// <summary>A tile's pixels as a hash, and some of them in base64.</summary>
internal sealed record ExpectedTile(int Height, int Width, string Sha256, string Grid);
