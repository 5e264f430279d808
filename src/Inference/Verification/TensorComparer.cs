using System.Globalization;
using System.Runtime.InteropServices;
using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Inference.Verification;

/// <summary>Compares golden tensors with ours: floats within a tolerance (absolute or relative, element by element), the rest exactly.</summary>
internal static class TensorComparer
{
    public const double Tolerance = 1e-4;

    public static Comparison Compare(string caseName, SafetensorsFile file, TensorEntry expected, ComputedTensor actual, double tolerance)
    {
        if (!expected.Shape.AsSpan().SequenceEqual(actual.Shape))
        {
            return new Comparison(caseName, expected.Name, false, 0, 0, $"shape is {Text(actual.Shape)}, expected {Text(expected.Shape)}");
        }

        return expected.Type switch
        {
            TensorType.I64 => Exact(caseName, expected, MemoryMarshal.Cast<byte, long>(file.Bytes(expected)), actual),
            TensorType.U8 or TensorType.Bool => Exact(caseName, expected, Widen(file.Bytes(expected)), actual),
            _ => Close(caseName, expected, FloatWidening.ToFloats(file.Bytes(expected), expected), actual, tolerance),
        };
    }

    public static Comparison Text(string caseName, string name, string expected, string actual)
    {
        if (string.Equals(expected, actual, StringComparison.Ordinal))
        {
            return new Comparison(caseName, name, true, 0, 0, "");
        }

        var at = 0;
        while (at < Math.Min(expected.Length, actual.Length) && expected[at] == actual[at])
        {
            at++;
        }

        return new Comparison(caseName, name, false, 0, 0, $"differs at character {at}: …{Around(actual, at)}…, expected …{Around(expected, at)}…");
    }

    private static Comparison Exact(string caseName, TensorEntry expected, ReadOnlySpan<long> values, ComputedTensor actual)
    {
        if (actual.Ints is not { } ints)
        {
            return new Comparison(caseName, expected.Name, false, 0, 0, "integers were expected");
        }

        var at = values.CommonPrefixLength(ints);
        return at == values.Length
            ? new Comparison(caseName, expected.Name, true, 0, 0, "")
            : new Comparison(caseName, expected.Name, false, 0, 0, $"first difference at {at}: {ints[at]}, expected {values[at]}");
    }

    private static Comparison Close(string caseName, TensorEntry expected, float[] values, ComputedTensor actual, double tolerance)
    {
        if (actual.Floats is not { } floats)
        {
            return new Comparison(caseName, expected.Name, false, 0, 0, "floats were expected");
        }

        var (maxAbsolute, maxRelative, note) = (0.0, 0.0, "");
        for (var i = 0; i < values.Length; i++)
        {
            var error = Math.Abs((double)floats[i] - values[i]);
            var relative = error / Math.Max(Math.Abs((double)values[i]), double.Epsilon);

            // A relative error below the absolute tolerance says nothing: the expected value may be 0.
            maxAbsolute = Math.Max(maxAbsolute, error);
            maxRelative = error > tolerance * 1e-2 ? Math.Max(maxRelative, relative) : maxRelative;
            if (!(error <= tolerance || relative <= tolerance) && note.Length == 0)
            {
                note = string.Create(CultureInfo.InvariantCulture, $"first beyond tolerance at {i}: {floats[i]:G7}, expected {values[i]:G7}");
            }
        }

        return new Comparison(caseName, expected.Name, note.Length == 0, maxAbsolute, maxRelative, note);
    }

    private static long[] Widen(ReadOnlySpan<byte> bytes)
    {
        var values = new long[bytes.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = bytes[i];
        }

        return values;
    }

    private static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";

    private static string Around(string text, int at) => text.Substring(Math.Max(0, at - 10), Math.Min(text.Length, at + 10) - Math.Max(0, at - 10)).ReplaceLineEndings("\\n");
}
