using System.Text.Json;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Models;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Verification;

/// <summary>
/// Compares a checkpoint, as this program compiles and runs it, with golden outputs of a reference implementation in its
/// <c>expected</c> folder: prompts, ids, pixels, every layer, logits and greedy tokens. Graphs are fed with the golden pixels and ids, so
/// that a difference there does not hide in everything after it. Every expected tensor is compared or reported.
/// </summary>
public static class CheckpointVerifier
{
    // One grey level of an 8-bit picture, before normalisation; processors divide by a deviation of about one half or a quarter.
    private const double PixelTolerance = 1 / 255.0;
    private const double UsualDeviation = 0.5;

    /// <exception cref="ModelException">The checkpoint or its golden data cannot be read.</exception>
    public static IReadOnlyList<Comparison> Verify(string checkpointFolder, ModelCompilerOptions options, IProgress<string>? progress = null)
    {
        var cases = GoldenCase.ReadAll(checkpointFolder);
        var model = new ModelCompiler(options).Compile(checkpointFolder, progress: progress);
        using var inspector = new ModelInspector(model, DeviceOptions.Cpu);
        using var decoder = GraphVerifier.OpenDecoder(model);
        var (graphs, inputs) = (GraphVerifier.Create(model, inspector, decoder), new InputCheck(model));
        var results = new List<Comparison>();
        foreach (var golden in cases)
        {
            progress?.Report(golden.Name);
            using var file = golden.OpenTensors();
            var computed = graphs.Compute(file);
            inputs.Compute(golden, computed, results);
            results.AddRange(file.Tensors.Values.OrderBy(t => t.Name, StringComparer.Ordinal)
                .Where(expected => GraphVerifier.Shows(model, expected.Name))
                .Select(expected => Compare(golden, file, expected, computed, model)));
        }

        return results;
    }

    private static Comparison Compare(
        GoldenCase golden, SafetensorsFile file, TensorEntry expected, Dictionary<string, ComputedTensor> computed, CompiledModel model)
    {
        if (!computed.TryGetValue(expected.Name, out var actual))
        {
            return new Comparison(golden.Name, expected.Name, false, 0, 0, "not compared: this program does not compute it");
        }

        if (expected.Name != EncoderTensors.PixelValues)
        {
            return TensorComparer.Compare(golden.Name, file, expected, actual, TensorComparer.Tolerance);
        }

        // Some processors give [1, images, …], others [images, …]; the values are the same.
        var shape = expected.Shape.Length == actual.Shape.Length ? actual.Shape : actual.Shape[1..];
        return TensorComparer.Compare(golden.Name, file, expected, actual.As(shape), OneGreyLevel(model));
    }

    /// <summary>One grey level on the scale of normalised pixels.</summary>
    private static double OneGreyLevel(CompiledModel model)
    {
        var config = CheckpointJson.Read(model.CheckpointFolder, "preprocessor_config.json");
        var deviations = config is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("image_std", out var std)
            && std.ValueKind == JsonValueKind.Array ? std.EnumerateArray().Select(value => value.GetDouble()).ToArray() : [];
        return PixelTolerance / deviations.DefaultIfEmpty(UsualDeviation).Min() * (1 + 1e-6);
    }
}
