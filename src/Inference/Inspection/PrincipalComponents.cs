using System.Numerics.Tensors;

namespace VisionCluster.Inference.Inspection;

/// <summary>
/// The directions of largest variance, by orthogonal iteration (Golub and Van Loan, Matrix Computations, 7.3): the covariance is never
/// formed. Deterministic: it starts from fixed vectors, and a direction's sign makes its largest entry positive.
/// </summary>
public sealed class PrincipalComponents
{
    private const int MaxIterations = 300;
    private const float Converged = 1e-6f;

    private PrincipalComponents(float[][] scores, float[] explained) => (Scores, Explained) = (scores, explained);

    /// <summary><c>[components][rows]</c>: each row's coordinate.</summary>
    public float[][] Scores { get; }

    /// <summary>Each component's share of the variance.</summary>
    public float[] Explained { get; }

    /// <param name="values"><c>[rows, width]</c></param>
    /// <param name="width">Width.</param>
    /// <param name="count">Components wanted.</param>
    public static PrincipalComponents Of(ReadOnlySpan<float> values, int width, int count)
    {
        var centred = Centre(values, width);
        var rows = centred.Length / width;
        var directions = Start(width, Math.Min(count, Math.Min(width, rows)));
        for (var iteration = 0; iteration < MaxIterations && Improve(centred, width, directions) > Converged; iteration++)
        {
        }

        var total = Math.Max(TensorPrimitives.SumOfSquares<float>(centred), float.Epsilon);
        var scores = new float[count][];
        for (var c = 0; c < count; c++)
        {
            scores[c] = c < directions.Length ? Project(centred, width, Signed(directions[c])) : new float[rows];
        }

        return new PrincipalComponents(scores, [.. scores.Select(score => TensorPrimitives.SumOfSquares<float>(score) / total)]);
    }

    private static float[] Centre(ReadOnlySpan<float> values, int width)
    {
        var (centred, mean) = (values.ToArray(), new float[width]);
        for (var at = 0; at < centred.Length; at += width)
        {
            TensorPrimitives.Add(mean, centred.AsSpan(at, width), mean);
        }

        TensorPrimitives.Divide(mean, Math.Max(1, centred.Length / width), mean);
        for (var at = 0; at < centred.Length; at += width)
        {
            var row = centred.AsSpan(at, width);
            TensorPrimitives.Subtract(row, mean, row);
        }

        return centred;
    }

    private static float[][] Start(int width, int count)
    {
        var directions = new float[count][];
        for (var c = 0; c < count; c++)
        {
            // Not orthogonal to anything in particular, and the same every time.
            directions[c] = [.. Enumerable.Range(0, width).Select(i => MathF.Cos((c + 1) * (i + 1)))];
        }

        Orthonormalise(directions);
        return directions;
    }

    /// <returns>The largest change of a direction.</returns>
    private static float Improve(float[] centred, int width, float[][] directions)
    {
        var next = Array.ConvertAll(directions, direction => Multiply(centred, width, Project(centred, width, direction)));
        Orthonormalise(next);
        var change = 0f;
        for (var c = 0; c < directions.Length; c++)
        {
            change = Math.Max(change, 1 - Math.Abs(TensorPrimitives.Dot<float>(directions[c], next[c])));
            directions[c] = next[c];
        }

        return change;
    }

    private static float[] Project(float[] centred, int width, float[] direction)
    {
        var scores = new float[centred.Length / width];
        for (var row = 0; row < scores.Length; row++)
        {
            scores[row] = TensorPrimitives.Dot<float>(centred.AsSpan(row * width, width), direction);
        }

        return scores;
    }

    private static float[] Multiply(float[] centred, int width, float[] scores)
    {
        var sum = new float[width];
        for (var row = 0; row < scores.Length; row++)
        {
            TensorPrimitives.MultiplyAdd(centred.AsSpan(row * width, width), scores[row], sum, sum);
        }

        return sum;
    }

    private static void Orthonormalise(float[][] directions)
    {
        for (var c = 0; c < directions.Length; c++)
        {
            for (var pass = 0; pass < 2; pass++)
            {
                for (var earlier = 0; earlier < c; earlier++)
                {
                    var along = TensorPrimitives.Dot<float>(directions[c], directions[earlier]);
                    TensorPrimitives.MultiplyAdd(directions[earlier], -along, directions[c], directions[c]);
                }
            }

            var length = TensorPrimitives.Norm<float>(directions[c]);
            TensorPrimitives.Divide(directions[c], length > 0 ? length : 1, directions[c]);
        }
    }

    private static float[] Signed(float[] direction)
    {
        if (direction[TensorPrimitives.IndexOfMaxMagnitude<float>(direction)] < 0)
        {
            TensorPrimitives.Negate(direction, direction);
        }

        return direction;
    }
}
