using System.Numerics.Tensors;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Models.Tests.Quantization;

public sealed class RotationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    [InlineData(28)]
    [InlineData(320)]
    [InlineData(576)]
    [InlineData(960)]
    public void Matrix_AnySize_Orthogonal(int size)
    {
        var matrix = Rotation.Matrix(size);

        for (var row = 0; row < size; row++)
        {
            for (var other = 0; other <= row; other++)
            {
                var product = TensorPrimitives.Dot(matrix.AsSpan(row * size, size), matrix.AsSpan(other * size, size));
                Assert.Equal(row == other ? 1 : 0, product, 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(320)]
    [InlineData(576)]
    [InlineData(960)]
    [InlineData(2048)]
    public void Apply_OneChannel_SpreadEvenly(int size)
    {
        var x = new float[size];
        x[size / 3] = 1;

        Rotation.Apply(x);

        Assert.All(x, value => Assert.Equal(1 / MathF.Sqrt(size), MathF.Abs(value), 1e-6f));
    }

    [Fact]
    public void Rows_RunsOfARow_EachByItself()
    {
        var row = Enumerable.Range(0, 128).Select(i => MathF.Sin(i)).ToArray();
        var (first, second) = (row[..64], row[64..]);
        Rotation.Apply(first);
        Rotation.Apply(second);

        Assert.Equal([.. first, .. second], Rotation.Rows(row, 64));
    }
}
