using System.Numerics.Tensors;

namespace VisionCluster.Models.Quantization;

/// <summary>A matrix as 8-bit integers with one scale for each output: w = scale · q, symmetric, nearest integer.</summary>
/// <param name="Transposed"><c>[columns, rows]</c>, signed bytes.</param>
/// <param name="Scales"><c>[rows]</c></param>
internal sealed record RowRounding(byte[] Transposed, float[] Scales)
{
    private const float Most = 127;

    public static RowRounding Of(float[] values, int rows, int columns)
    {
        var (transposed, scales) = (new byte[values.Length], new float[rows]);
        for (var row = 0; row < rows; row++)
        {
            var weights = values.AsSpan(row * columns, columns);
            var scale = TensorPrimitives.MaxMagnitude<float>(weights);
            scales[row] = scale = MathF.Abs(scale) / Most;
            for (var column = 0; scale > 0 && column < columns; column++)
            {
                transposed[(column * rows) + row] = (byte)(sbyte)MathF.Round(weights[column] / scale);
            }
        }

        return new RowRounding(transposed, scales);
    }
}
