using System.Text.Json;
using VisionCluster.Imaging;
using VisionCluster.Models.Processing;

namespace VisionCluster.Models.Tests.Processing;

public sealed class ImageProcessorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_NoFile_NamesIt() =>
        Assert.Contains("preprocessor_config.json", Assert.Throws<ModelException>(() => ImageProcessors.Load(_folder, "vit")).Message);

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("""{"image_processor_type": "LlavaNextImageProcessor"}""", "LlavaNextImageProcessor")]
    [InlineData("""{"do_sharpen": true, "do_blur": null}""", "'do_blur', 'do_sharpen'")]
    [InlineData("""{"resample": 9}""", "resample")]
    [InlineData("""{"resample": "PIL.Image.BICUBIC"}""", "resample")]
    [InlineData("""{"size": {"max_height": 3}}""", "size.max_height")]
    [InlineData("""{"size": 0}""", "size")]
    [InlineData("""{"size": 1000000}""", "size")]
    [InlineData("""{"size": {"shortest_edge": 4, "longest_edge": 9}}""", "size")]
    [InlineData("""{"image_mean": [0.5, 0.5]}""", "image_mean")]
    [InlineData("""{"image_std": 0}""", "image_std")]
    [InlineData("""{"do_resize": "yes"}""", "do_resize")]
    [InlineData("""{"do_flip_channel_order": true}""", "do_flip_channel_order")]
    [InlineData("""{"do_pad": true}""", "do_pad")]
    [InlineData("""{"do_image_splitting": true}""", "do_image_splitting")]
    [InlineData("""{"image_aspect_ratio": "anyres"}""", "anyres")]
    [InlineData("""{"image_processor_type": "Idefics3ImageProcessor", "max_image_size": {"longest_edge": 1}}""", "too many")]
    [InlineData("""{"image_processor_type": "Idefics2ImageProcessor", "size": {"longest_edge": 16000, "shortest_edge": 1}}""", "too large")]
    public void Load_BadConfig_IsRefusedByName(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<ModelException>(() => Load(json)).Message);

    [Fact]
    public void Load_UnknownModelTypeWithoutClass_IsRefused() =>
        Assert.Contains("'florence'", Assert.Throws<ModelException>(() => Load("{}", "florence")).Message);

    [Theory]
    [InlineData("vit", 224)]
    [InlineData("clip", 224)]
    [InlineData("siglip", 224)]
    [InlineData("paligemma", 224)]
    [InlineData("llava", 224)]
    [InlineData("idefics2", 378)]
    [InlineData("idefics3", 364)]
    [InlineData("smolvlm", 364)]
    public void Load_EmptyConfig_HasClassDefaults(string modelType, int side)
    {
        var image = Load("{}", modelType).Process(PillowResamplerTests.Noise(new Random(1), 30, 30, 3));
        Assert.Equal((side, side), (image.Width, image.Height));
    }

    [Fact]
    public void Load_NestedInProcessorConfig_TakesPrecedence()
    {
        File.WriteAllText(Path.Combine(_folder, "processor_config.json"), """{"processor_class": "X", "image_processor": {"size": 7}}""");
        Assert.Equal(7, Load("""{"size": 9}""").Process(Square(20)).Width);
    }

    [Fact]
    public void Load_Overrides_ReplaceTheFile()
    {
        const string config = """{"size": {"longest_edge": 40}, "max_image_size": {"longest_edge": 10}}""";
        Assert.Equal(17, Load(config, "idefics3").MaxTiles);
        Assert.Equal(1, Load(config, "idefics3", new ImageProcessorOverrides { DoImageSplitting = false }).MaxTiles);
        using var json = JsonDocument.Parse("""{"max_image_size": {"longest_edge": 20}}""");
        var split = Load(config, "idefics3", ImageProcessorOverrides.FromJson(json.RootElement));
        Assert.Equal((5, 5), (split.MaxTiles, split.Process(Square(20)).Tiles));
    }

    [Fact]
    public void Digest_SaysWhatShapesTheResult()
    {
        var digest = Load("""{"size": 32, "processor_class": "A"}""").Digest;
        Assert.Equal(64, digest.Length);
        Assert.Equal(digest, Load("""{"processor_class": "B", "size": {"width": 32, "height": 32}, "resample": 2}""").Digest);
        Assert.NotEqual(digest, Load("""{"size": 32, "resample": 3}""").Digest);
        Assert.NotEqual(digest, Load("""{"size": 32, "image_std": [0.5, 0.5, 0.25]}""").Digest);
        Assert.NotEqual(digest, Load("""{"size": 32}""", "siglip").Digest);
    }

    [Fact]
    public void Process_LlavaPadToSquare_FillsWithTheMean()
    {
        const string config = """{"do_pad": true, "size": 8, "crop_size": 8, "resample": 0}""";
        var tile = Load(config, "llava").Process(new DecodedImage(8, 2, 3, new byte[48]), keepTilePixels: true).TilePixels![0];
        Assert.Equal([122, 116, 104], tile.Pixels[..3]);
        Assert.Equal([0, 0, 0], tile.Pixels[(3 * 8 * 3)..(3 * 8 * 3 + 3)]);
    }

    [Fact]
    public void Process_Transparency_GoesOverWhiteOnlyWhereConverted()
    {
        var image = new DecodedImage(1, 1, 4, [10, 20, 30, 0]);
        Assert.Equal([255, 255, 255], Load("""{"size": 1}""", "siglip").Process(image, true).TilePixels![0].Pixels);
        Assert.Equal([10, 20, 30], Load("""{"size": 1, "do_convert_rgb": null}""", "siglip").Process(image, true).TilePixels![0].Pixels);
        Assert.Equal([10, 20, 30], Load("""{"size": 1}""").Process(image, true).TilePixels![0].Pixels);
    }

    [Theory]
    [InlineData("vit", "{}")]
    [InlineData("clip", "{}")]
    [InlineData("clip", """{"do_center_crop": false}""")]
    [InlineData("llava", """{"do_pad": true}""")]
    [InlineData("siglip", """{"do_resize": false}""")]
    [InlineData("idefics2", """{"do_image_splitting": true}""")]
    [InlineData("idefics2", """{"do_resize": false}""")]
    [InlineData("idefics3", "{}")]
    [InlineData("idefics3", """{"do_resize": false}""")]
    public void Process_ExtremeShapes_EndInTilesOrInvalidImage(string modelType, string json)
    {
        var processor = Load(json, modelType);
        foreach (var (width, height) in new[] { (1, 1), (2, 1), (1, 16_384), (16_384, 3), (9_000, 700) })
        {
            try
            {
                var image = processor.Process(new DecodedImage(width, height, 3, new byte[width * height * 3]));
                Assert.InRange(image.Tiles, 1, processor.MaxTiles);
                Assert.Equal(image.Tiles * 3 * image.Height * image.Width, image.PixelValues.Length);
            }
            catch (InvalidImageException)
            {
            }
        }
    }

    private static DecodedImage Square(int side) => PillowResamplerTests.Noise(new Random(1), side, side, 3);

    private IImageProcessor Load(string json, string modelType = "vit", ImageProcessorOverrides? overrides = null)
    {
        File.WriteAllText(Path.Combine(_folder, "preprocessor_config.json"), json);
        return ImageProcessors.Load(_folder, modelType, overrides);
    }
}
