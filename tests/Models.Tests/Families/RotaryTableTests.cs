using VisionCluster.Models.Families;

namespace VisionCluster.Models.Tests.Families;

public class RotaryTableTests
{
    private static readonly RopeOptions Plain = new() { Theta = 10_000, Type = "default", MaxPositions = 512 };

    [Fact]
    public void Build_LinearScaling_DividesPositions()
    {
        var (plain, _) = RotaryTable.Build(Plain, 16, 512);
        var (scaled, _) = RotaryTable.Build(Plain with { Type = "linear", Factor = 4 }, 16, 512);

        for (var position = 0; position < 512; position += 4)
        {
            for (var j = 0; j < 8; j++)
            {
                Assert.Equal(plain[(position / 4 * 8) + j], scaled[(position * 8) + j], 1e-5f);
            }
        }
    }

    /// <summary>The three bands of Llama 3.1: short wavelengths stay, long ones are divided, between them a blend.</summary>
    [Fact]
    public void Build_Llama3Scaling_LeavesShortWavelengthsAndDividesLongOnes()
    {
        var options = Plain with { Type = "llama3", Factor = 8, LowFrequencyFactor = 1, HighFrequencyFactor = 4, OriginalPositions = 100 };

        var (_, sine) = RotaryTable.Build(options, 16, 2);

        for (var j = 0; j < 8; j++)
        {
            var frequency = Math.Pow(10_000, -2 * j / 16.0);
            var turns = 100 * frequency / (2 * Math.PI); // of the original context
            var blend = Math.Clamp((turns - 1) / 3, 0, 1);
            var expected = ((1 - blend) * frequency / 8) + (blend * frequency);
            Assert.Equal(Math.Sin(expected), sine[8 + j], 1e-6);
        }
    }
}
