using System.Security.Cryptography;
using System.Text.Json;
using VisionCluster.Imaging;
using VisionCluster.Models.Processing;

namespace VisionCluster.Models.Tests.Processing;

[Trait("Category", "Golden")]
public sealed class ProcessorGoldenTests
{
    private const float ValueTolerance = 1e-6f;
    private const int LossyLevels = 2;
    private const double LossyShare = 0.999;

    public static TheoryData<string> Configs => ProcessorFixture.Configs;

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Configs))]
    public void Process_EveryImage_EqualsReference(string config)
    {
        var processor = Load(config);
        foreach (var expected in ProcessorFixture.Of(config))
        {
            var reference = expected.ReferencePixels;
            var processed = Check(config, expected, () => processor.Process(reference, keepTilePixels: true), processor.MaxTiles);

            // From the file itself: equal pixels have an equal outcome, and need no second run.
            var file = expected.FilePixels;
            if (processed is null || expected.Source.ScaledAlternative is not null || file.Pixels.AsSpan().SequenceEqual(reference.Pixels))
                continue;
            Assert.True(expected.Source.Lossy, $"{config}, {expected.Image}: the file decodes to other pixels.");
            CheckClose($"{config}, {expected.Image}", processed.TilePixels!, processor.Process(file, keepTilePixels: true).TilePixels!);
        }
    }

    private static void CheckClose(string at, IReadOnlyList<DecodedImage> expected, IReadOnlyList<DecodedImage> actual)
    {
        var (close, levels) = (0L, 0L);
        for (var i = 0; i < expected.Count; i++)
        {
            levels += expected[i].Pixels.Length;
            close += CountClose(expected[i].Pixels, actual[i].Pixels);
        }

        Assert.True(close >= LossyShare * levels, $"{at}: {levels - close} of {levels} levels differ by more than {LossyLevels}.");
    }

    private static long CountClose(byte[] expected, byte[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var close = 0L;
        for (var i = 0; i < expected.Length; i++)
            close += Math.Abs(expected[i] - actual[i]) <= LossyLevels ? 1 : 0;
        return close;
    }

    internal static IImageProcessor Load(string config)
    {
        // Old files name no class; what the model is called tells its type.
        var name = config.Split('-')[0];
        var modelType = name.StartsWith("smolvlm", StringComparison.Ordinal) ? "smolvlm" : name;
        return ImageProcessors.Load(ProcessorFixture.ConfigFolder(config), modelType);
    }

    private static ProcessedImage? Check(string config, ProcessorFixture expected, Func<ProcessedImage> process, int maxTiles)
    {
        var at = $"{config}, {expected.Image}";
        ProcessedImage actual;
        try
        {
            actual = process();
        }
        catch (InvalidImageException) when (expected.Error is not null)
        {
            return null;
        }

        if (expected.Error is not null)
            return null;
        Assert.True(actual.Tiles <= maxTiles, $"{at}: {actual.Tiles} tiles, more than MaxTiles {maxTiles}.");
        var resizes = JsonSerializer.Serialize(
            actual.Resizes!.Select(resize => new[] { resize.Width, resize.Height, resize.NewWidth, resize.NewHeight }));
        Assert.True(resizes == JsonSerializer.Serialize(expected.Resizes), $"{at}: resizes {resizes}.");
        int[] shape = [actual.Tiles, 3, actual.Height, actual.Width];
        Assert.True(expected.PixelValuesShape.SequenceEqual(shape), $"{at}: shape {string.Join(", ", shape)}.");
        if (expected.Rows is not null)
            Assert.True((expected.Rows, expected.Cols) == (actual.Rows, actual.Columns), $"{at}: {actual.Rows} x {actual.Columns} tiles.");
        for (var i = 0; i < expected.Tiles.Count; i++)
            CheckTile($"{at}, tile {i}", expected.Tiles[i], actual.TilePixels![i], expected.GridPoints);
        for (var i = 0; i < expected.SampleIndex.Length; i++)
        {
            var (value, wanted) = (actual.PixelValues[expected.SampleIndex[i]], expected.SampleValue[i]);
            Assert.True(Math.Abs(value - wanted) <= ValueTolerance, $"{at}: value {expected.SampleIndex[i]} is {value}, not {wanted}.");
        }

        var size = actual.Height * actual.Width;
        for (var i = 0; i < (expected.AttentionMaskSums?.Length ?? 0); i++)
        {
            var sum = actual.PixelMask is null ? size : actual.PixelMask.AsSpan(i * size, size).Count((byte)1);
            Assert.True(sum == expected.AttentionMaskSums![i], $"{at}, tile {i}: {sum} real pixels, not {expected.AttentionMaskSums[i]}.");
        }

        return actual;
    }

    private static void CheckTile(string at, ExpectedTile expected, DecodedImage actual, int points)
    {
        Assert.True((expected.Width, expected.Height) == (actual.Width, actual.Height), $"{at}: {actual.Width} x {actual.Height}.");
        if (Convert.ToHexStringLower(SHA256.HashData(actual.Pixels)) == expected.Sha256)
            return;
        var grid = Convert.FromBase64String(expected.Grid);
        for (var i = 0; i < grid.Length / 3; i++)
        {
            var (y, x) = ((2 * (i / points) + 1) * actual.Height / (2 * points), (2 * (i % points) + 1) * actual.Width / (2 * points));
            var pixel = actual.Pixels.AsSpan((y * actual.Width + x) * 3, 3).ToArray();
            var wanted = grid.AsSpan(3 * i, 3).ToArray();
            if (!pixel.SequenceEqual(wanted))
                Assert.Fail($"{at}: pixel ({x}, {y}) is {string.Join(' ', pixel)}, not {string.Join(' ', wanted)}.");
        }

        Assert.Fail($"{at}: pixels outside the sampled grid differ.");
    }
}
