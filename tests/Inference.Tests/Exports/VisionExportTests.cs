using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Verification;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Exports;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Exports;

/// <summary>Exports of vision encoders, which other programs run: fed with golden pixels they say what the reference says.</summary>
[Trait("Category", "Golden")]
public sealed class VisionExportTests
{
    private const double Tolerance = 1e-4;

    // What a graph's outputs are called in the golden files.
    private static readonly Dictionary<string, string> GoldenNames =
        new() { ["logits"] = "logits", ["last_hidden_state"] = "vision_last", ["pooler_output"] = "image_pooled" };

    public static TheoryData<string> Checkpoints() => [.. Fixtures.Folders("families").Concat(Fixtures.Models)
        .Where(folder => File.Exists(Path.Combine(folder, "expected", "cases.json")) && ModelType(folder) is "vit" or "siglip")
        .Select(folder => Path.GetRelativePath(Fixtures.RepositoryRoot, folder))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    public void Export_GoldenPixels_EqualsTheReference(string checkpoint) => Compare(checkpoint, "", (expected, actual) =>
    {
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Tolerance * Math.Max(1, Math.Abs(expected[i])));
        }
    });

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    public void Export_Quantized_PointsWhereTheReferenceDoes(string checkpoint) => Compare(checkpoint, "_quantized", (expected, actual) =>
        Assert.InRange(TensorPrimitives.CosineSimilarity<float>(expected, actual), 0.99f, 0.99999994f));

    private static void Compare(string checkpoint, string suffix, Action<float[], float[]> compare)
    {
        checkpoint = Path.Combine(Fixtures.RepositoryRoot, checkpoint);
        using var folder = new TemporaryFolder();
        var export = Path.Combine(folder.Path, "export");
        OnnxExporter.Export(checkpoint, export, quantizedEncoders: true);
        var name = ModelType(checkpoint) == "siglip" ? "vision_model" : "model";
        using var session = new InferenceSession(Path.Combine(export, "onnx", $"{name}{suffix}.onnx"));
        var cases = 0;
        foreach (var golden in GoldenCase.ReadAll(checkpoint))
        {
            using var file = golden.OpenTensors();
            if (!file.Tensors.TryGetValue("pixel_values", out var pixels))
            {
                continue;
            }

            using var input = OrtValue.CreateTensorValueFromMemory(Floats(file, pixels), [.. pixels.Shape]);
            foreach (var output in session.OutputMetadata.Keys)
            {
                using var results = session.Run(new RunOptions(), ["pixel_values"], [input], [output]);
                compare(Floats(file, file.Tensors[GoldenNames[output]]), results[0].GetTensorDataAsSpan<float>().ToArray());
                cases++;
            }
        }

        Assert.True(cases > 0, "No golden case has pixels.");
    }

    private static float[] Floats(SafetensorsFile file, TensorEntry entry) => FloatWidening.ToFloats(file.Bytes(entry), entry);

    private static string ModelType(string folder)
    {
        using var config = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")));
        return config.RootElement.GetProperty("model_type").GetString()!;
    }
}
