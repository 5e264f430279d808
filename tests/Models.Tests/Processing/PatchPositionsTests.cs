using System.Text.Json;
using VisionCluster.Models.Processing;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Processing;

public sealed class PatchPositionsTests
{
    private static readonly string File = Path.Combine(Fixtures.Root, "families", "position_buckets.json");

    public static TheoryData<int> Sides => System.IO.File.Exists(File)
        ? [.. Read().EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.Object).Select(entry => int.Parse(entry.Name))]
        : [];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Sides))]
    [Trait("Category", "Golden")]
    public void Axis_EveryLength_EqualsReference(int side)
    {
        foreach (var entry in Read().GetProperty($"{side}").GetProperty("buckets").EnumerateObject())
        {
            int[] expected = [.. entry.Value.EnumerateArray().Select(bucket => bucket.GetInt32())];
            Assert.True(expected.SequenceEqual(PatchPositions.Axis(expected.Length, side)), $"side {side}, {entry.Name} patches.");
        }
    }

    [Fact]
    public void Grid_FullSize_CountsUp() => Assert.Equal([.. Enumerable.Range(0, 16).Select(i => (long)i)], PatchPositions.Grid(4, 4, 4));

    [Fact]
    public void Grid_PartialMask_PlacesRealPatchesOnly()
    {
        // 2 x 1 real patches in a padded grid of 3 x 2, in a tower of 4 x 4.
        Assert.Equal([0, 0, 8, 0, 0, 0], PatchPositions.Grid([1, 0, 1, 0, 0, 0], 3, 2, 4));
    }

    [Fact]
    public void PatchMask_HalfAPatch_CountsForIdefics3Only()
    {
        byte[] pixels = [1, 1, 1, 0, 1, 1, 1, 0]; // 4 wide, 2 high, patches of 2
        Assert.Equal([1, 0], PatchPositions.PatchMask(pixels, 2, 4, 2, everyPixel: true));
        Assert.Equal([1, 1], PatchPositions.PatchMask(pixels, 2, 4, 2, everyPixel: false));
    }

    private static JsonElement Read()
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllText(File));
        return document.RootElement.Clone();
    }
}
