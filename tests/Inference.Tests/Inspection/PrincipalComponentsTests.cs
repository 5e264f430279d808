using System.Numerics.Tensors;
using VisionCluster.Inference.Inspection;

namespace VisionCluster.Inference.Tests.Inspection;

public sealed class PrincipalComponentsTests
{
    private const int Rows = 200;
    private const int Width = 12;

    [Fact]
    public void Of_CloudWithKnownAxes_FindsThemInOrder()
    {
        // Axes 3, 7 and 1 with deviations 5, 3 and 2; noise elsewhere.
        var random = new Random(1);
        var values = new float[Rows * Width];
        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < Width; i++)
            {
                var deviation = i switch { 3 => 5f, 7 => 3f, 1 => 2f, _ => 0.1f };
                values[(row * Width) + i] = 10 + (deviation * (float)(random.NextDouble() - 0.5));
            }
        }

        var components = PrincipalComponents.Of(values, Width, 3);

        Assert.All(new[] { 3, 7, 1 }.Zip(components.Scores), pair =>
        {
            float[] axis = [.. Enumerable.Range(0, Rows).Select(row => values[(row * Width) + pair.First])];
            var mean = axis.Average();
            Assert.True(TensorPrimitives.CosineSimilarity<float>([.. axis.Select(value => value - mean)], pair.Second) > 0.99, $"Axis {pair.First} was not found.");
        });
        Assert.True(components.Explained[0] > components.Explained[1] && components.Explained[1] > components.Explained[2], "Components are out of order.");
        Assert.InRange(components.Explained.Sum(), 0.98f, 1f);
    }

    [Fact]
    public void Of_Twice_IsTheSame()
    {
        var random = new Random(2);
        float[] values = [.. Enumerable.Range(0, Rows * Width).Select(_ => (float)random.NextDouble())];

        Assert.Equal(PrincipalComponents.Of(values, Width, 3).Scores, PrincipalComponents.Of(values, Width, 3).Scores);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Of_FewerRowsThanComponents_LeavesTheRestAtZero(int rows)
    {
        float[] values = [.. Enumerable.Range(0, rows * Width).Select(i => (float)(i % 5))];

        var components = PrincipalComponents.Of(values, Width, 3);

        Assert.Equal(3, components.Scores.Length);
        Assert.All(components.Scores, score => Assert.DoesNotContain(score, value => !float.IsFinite(value)));
        Assert.All(components.Scores[^1], value => Assert.Equal(0, value));
    }
}
