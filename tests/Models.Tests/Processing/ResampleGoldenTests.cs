using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Tests.Processing;

[Trait("Category", "Golden")]
public sealed class ResampleGoldenTests
{
    private const string Folder = "resample";

    public static TheoryData<string> Inputs => [.. OperationCase.All(Folder).Select(entry => entry.Input!).Distinct()];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Inputs))]
    public void Resize_EveryCase_EqualsPillow(string input)
    {
        var source = OperationCase.Read(Folder, input);
        foreach (var entry in OperationCase.All(Folder).Where(entry => entry.Input == input))
        {
            foreach (var path in Enum.GetValues<RowBlender.Path>().Where(RowBlender.IsSupported))
            {
                var whole = new PixelWindow(0, 0, entry.Width, entry.Height);
                using var actual = PillowResampler.Resize(source, entry.Width, entry.Height, (ResampleFilter)entry.Resample, whole, path);
                if (OperationCase.Hash(actual) != entry.Sha256)
                    Assert.Fail($"{entry.Output} with {path}: {FirstDifference(actual, OperationCase.Read(Folder, entry.Output))}");
            }
        }
    }

    private static string FirstDifference(Raster actual, Raster expected)
    {
        for (var y = 0; y < expected.Height; y++)
        {
            var at = actual.Row(y).CommonPrefixLength(expected.Row(y));
            if (at < expected.Row(y).Length)
                return $"byte {at} of row {y} is {actual.Row(y)[at]}, not {expected.Row(y)[at]}.";
        }

        return "the picture is right, its recorded hash is not.";
    }
}
