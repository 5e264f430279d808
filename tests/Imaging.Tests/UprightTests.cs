namespace VisionCluster.Imaging.Tests;

public sealed class UprightTests
{
    // The stored picture is 3 wide and 2 high: ABC over DEF.
    [Theory]
    [InlineData(0, "ABC/DEF")]
    [InlineData(1, "ABC/DEF")]
    [InlineData(2, "CBA/FED")]
    [InlineData(3, "FED/CBA")]
    [InlineData(4, "DEF/ABC")]
    [InlineData(5, "AD/BE/CF")]
    [InlineData(6, "DA/EB/FC")]
    [InlineData(7, "FC/EB/DA")]
    [InlineData(8, "CF/BE/AD")]
    [InlineData(9, "ABC/DEF")]
    public void Turn_Orientation_PlacesEveryPixel(int orientation, string expected)
    {
        foreach (var channels in new[] { 3, 4 })
        {
            var stored = new DecodedImage(3, 2, channels, [.. "ABCDEF".SelectMany(letter => Enumerable.Repeat((byte)letter, channels))]);
            var turned = Upright.Turn(stored, orientation);
            var letters = turned.Pixels.Where((_, i) => i % channels == channels - 1).Select(level => (char)level);
            Assert.Equal(expected, string.Join('/', letters.Chunk(turned.Width).Select(row => new string(row))));
        }
    }
}
