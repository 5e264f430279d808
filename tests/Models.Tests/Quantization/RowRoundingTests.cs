using VisionCluster.Models.Quantization;

namespace VisionCluster.Models.Tests.Quantization;

public sealed class RowRoundingTests
{
    [Fact]
    public void Of_EachRow_WithinHalfAStepOfItsOwnScale()
    {
        const int Rows = 3;
        const int Columns = 40;
        var values = Enumerable.Range(0, Rows * Columns).Select(i => MathF.Sin(i * 1.7f) * MathF.Pow(10, i / Columns)).ToArray();

        var rounded = RowRounding.Of(values, Rows, Columns);

        for (var row = 0; row < Rows; row++)
        {
            Assert.Equal(values.AsSpan(row * Columns, Columns).ToArray().Max(MathF.Abs) / 127, rounded.Scales[row], 1e-6f);
            for (var column = 0; column < Columns; column++)
            {
                var meant = (sbyte)rounded.Transposed[(column * Rows) + row] * rounded.Scales[row];
                Assert.Equal(values[(row * Columns) + column], meant, 0.501f * rounded.Scales[row]);
            }
        }
    }

    [Fact]
    public void Of_ZeroRow_ZeroScaleAndZeros()
    {
        var rounded = RowRounding.Of([0, 0, 1, -2], rows: 2, columns: 2);

        Assert.Equal(0, rounded.Scales[0]);
        Assert.Equal([0, 64, 0, unchecked((byte)-127)], rounded.Transposed);
    }
}
