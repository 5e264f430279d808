using System.Text.Json;
using VisionCluster.Imaging;
using VisionCluster.Models.Processing;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Processing;

/// <summary>The processors against the tensors that whole checkpoints were fed.</summary>
[Trait("Category", "Golden")]
public sealed class FamilyPixelValuesTests
{
    private const float Tolerance = 1e-5f;
    private const float LossyTolerance = 8f / 255 / 0.26f;

    private static readonly Dictionary<string, string> Folders = Fixtures.Folders("families").Append(Fixtures.EmojiVlm)
        .Where(folder => File.Exists(Path.Combine(folder, "preprocessor_config.json"))).ToDictionary(folder => Path.GetFileName(folder));

    public static TheoryData<string> Checkpoints => [.. Folders.Keys];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    public void Process_CaseImages_EqualPixelValues(string checkpoint)
    {
        var folder = Folders[checkpoint];
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json")));
        var modelType = config.RootElement.GetProperty("model_type").GetString()!;
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected", "cases.json")));
        foreach (var entry in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            string[] images = [.. entry.GetProperty("images").EnumerateArray().Select(image => image.GetString()!)];
            if (images.Length == 0)
                continue;
            var overrides = entry.TryGetProperty("processor_overrides", out var json) ? ImageProcessorOverrides.FromJson(json) : null;
            var processor = ImageProcessors.Load(folder, modelType, overrides);
            var tensors = new TensorFile(Path.Combine(folder, "expected", entry.GetProperty("file").GetString()!));
            var (shape, values) = tensors.Floats("pixel_values");
            var tile = 0;
            foreach (var name in images)
            {
                var file = File.ReadAllBytes(Path.Combine(folder, "expected", name));
                var at = $"{checkpoint}, {entry.GetProperty("name")}, {name}";
                var tolerance = name.EndsWith(".png", StringComparison.Ordinal) ? Tolerance : LossyTolerance;
                var image = processor.Process(ImageCodecs.Default.Decode(file, ImageLimits.Default));
                Compare(at, image, values, shape, tile, tolerance);
                tile += image.Tiles;
            }

            Assert.Equal(shape[..^3].Aggregate(1, (product, size) => product * size), tile);
        }
    }

    // Images of a batch are padded right and bottom with zeros.
    private static void Compare(string at, ProcessedImage actual, float[] expected, int[] shape, int firstTile, float tolerance)
    {
        var (height, width) = (shape[^2], shape[^1]);
        for (var i = 0; i < actual.Tiles * 3 * height * width; i++)
        {
            var (plane, place) = Math.DivRem(i, height * width);
            var (y, x) = Math.DivRem(place, width);
            var value = y < actual.Height && x < actual.Width ? actual.PixelValues[(plane * actual.Height + y) * actual.Width + x] : 0;
            var wanted = expected[firstTile * 3 * height * width + i];
            if (!(Math.Abs(value - wanted) <= tolerance))
                Assert.Fail($"{at}: plane {plane}, ({x}, {y}) is {value}, not {wanted}.");
        }
    }
}
