using VisionCluster.Inference.Verification;
using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Inference.Tests.Tasks;

/// <summary>Pooled vectors against what a golden sequence <c>[batch, tokens, hidden]</c> says of them.</summary>
internal static class Sequences
{
    private const double Tolerance = 1e-4;

    public static Comparison CompareFirst(string name, SafetensorsFile file, TensorEntry sequence, IEnumerable<float[]> actual) =>
        Compare(name, sequence.Name + " first", Rows(file, sequence).Select(rows => rows[0]), actual);

    /// <param name="name">Case.</param>
    /// <param name="file">Golden file.</param>
    /// <param name="sequence">The states.</param>
    /// <param name="mask">Real tokens; null for all.</param>
    /// <param name="first">First row that counts.</param>
    /// <param name="actual">One vector for each sequence.</param>
    public static Comparison CompareMean(
        string name, SafetensorsFile file, TensorEntry sequence, TensorEntry? mask, int first, IEnumerable<float[]> actual)
    {
        var marks = mask is null ? null : file.Bytes(mask).ToArray();
        var means = Rows(file, sequence).Select((rows, i) =>
        {
            var real = rows.Where((_, t) => t >= first && (marks is null || marks[(i * rows.Length) + t] == 1)).ToList();
            return Enumerable.Range(0, rows[0].Length).Select(h => (float)real.Average(row => row[h])).ToArray();
        });
        return Compare(name, sequence.Name + " mean", means, actual);
    }

    private static IEnumerable<float[][]> Rows(SafetensorsFile file, TensorEntry sequence)
    {
        var (tokens, hidden) = ((int)sequence.Shape[1], (int)sequence.Shape[2]);
        return FloatWidening.ToFloats(file.Bytes(sequence), sequence).Chunk(hidden).Chunk(tokens);
    }

    private static Comparison Compare(string name, string tensor, IEnumerable<float[]> expected, IEnumerable<float[]> actual)
    {
        var pairs = expected.SelectMany(e => e).Zip(actual.SelectMany(a => a)).ToList();
        var worst = pairs.Max(p => Math.Abs(p.First - p.Second));
        var passed = pairs.Count > 0 && pairs.All(p => Math.Abs(p.First - p.Second) <= Tolerance * Math.Max(1, Math.Abs(p.First)));
        return new Comparison(name, tensor, passed, worst, 0, passed ? "" : "differs");
    }
}
