using VisionCluster.Models.Processing.Resampling;

namespace VisionCluster.Models.Tests.Processing;

[Trait("Category", "Golden")]
public sealed class CropPadGoldenTests
{
    private const string Folder = "crop-pad";

    public static TheoryData<string> Outputs => [.. OperationCase.All(Folder).Select(entry => entry.Output)];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Outputs))]
    public void Operation_Case_EqualsReference(string output)
    {
        var entry = OperationCase.All(Folder).Single(entry => entry.Output == output);
        var source = OperationCase.Read(Folder, entry.Input ?? "in.png");
        if (entry.SourceWidth > 0)
            source = source.Window(0, 0, entry.SourceWidth, entry.SourceHeight);
        byte[] fill = [.. (entry.Fill ?? [0, 0, 0]).Select(level => (byte)level)];
        using var actual = entry.Op switch
        {
            "center_crop" => CanvasOperations.CentreCrop(source, entry.CropWidth, entry.CropHeight),
            "pad_to_square" => CanvasOperations.PadToSquare(source, fill),
            "pad_bottom_right" => CanvasOperations.Place(source, 0, 0, entry.Width, entry.Height, fill),
            _ => throw new NotSupportedException(entry.Op),
        };
        Assert.Equal((entry.Width, entry.Height, entry.Sha256), (actual.Width, actual.Height, OperationCase.Hash(actual)));
    }
}
