using System.Text.Json;
using VisionCluster.Imaging;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.Models.Processing;
using VisionCluster.Models.Prompts;

namespace VisionCluster.Inference.Verification;

/// <summary>
/// Compares a checkpoint, as this program compiles and runs it, with golden outputs of a reference implementation in its
/// <c>expected</c> folder: prompts, ids, pixels, every layer, logits and greedy tokens. Every expected tensor is compared or reported.
/// </summary>
public static class CheckpointVerifier
{
    // One grey level of an 8-bit picture, before normalisation; processors divide by a deviation of about one half or a quarter.
    private const double PixelTolerance = 1 / 255.0;

    private const int Slots = 1;
    private const int MaxContext = 4_096;

    /// <exception cref="ModelException">The checkpoint or its golden data cannot be read.</exception>
    public static IReadOnlyList<Comparison> Verify(string checkpointFolder, ModelCompilerOptions options, IProgress<string>? progress = null)
    {
        var cases = GoldenCase.ReadAll(checkpointFolder);
        var model = new ModelCompiler(options).Compile(checkpointFolder, progress: progress);
        var prompts = PromptPipeline.Load(model);
        var capacity = Math.Min(MaxContext, model.Manifest.Decoder!.MaxPositions);
        using var inspector = new ModelInspector(model, DeviceOptions.Cpu);
        using var decoder = new OnnxDecoderRunner(model, DeviceOptions.Cpu, Slots, capacity, capacity);
        var graphs = new GenerativeCheck(model, inspector, decoder);
        var results = new List<Comparison>();
        foreach (var golden in cases)
        {
            progress?.Report(golden.Name);
            Verify(golden, model, prompts, graphs, results);
        }

        return results;
    }

    private static void Verify(GoldenCase golden, CompiledModel model, PromptPipeline prompts, GenerativeCheck graphs, List<Comparison> results)
    {
        using var file = golden.OpenTensors();
        var computed = graphs.Compute(file);
        var images = Process(golden, model, computed);
        var ids = PromptCheck.Run(prompts, golden, [.. images.Select(image => Grid(model, image))], results);
        computed["input_ids"] = ComputedTensor.Of([1, ids.Length], [.. ids.Select(id => (long)id)]);
        computed["attention_mask"] = ComputedTensor.Of([1, ids.Length], [.. Enumerable.Repeat(1L, ids.Length)]);
        foreach (var expected in file.Tensors.Values.OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            results.Add(computed.TryGetValue(expected.Name, out var actual)
                ? TensorComparer.Compare(golden.Name, file, expected, actual, expected.Name == EncoderTensors.PixelValues ? Pixels(model) : TensorComparer.Tolerance)
                : new Comparison(golden.Name, expected.Name, false, 0, 0, "not compared: this program does not compute it"));
        }
    }

    /// <summary>The case's pictures through the checkpoint's own processor.</summary>
    private static List<ProcessedImage> Process(GoldenCase golden, CompiledModel model, Dictionary<string, ComputedTensor> computed)
    {
        if (golden.Images.Count == 0)
        {
            return [];
        }

        var processor = ImageProcessors.Load(
            model.CheckpointFolder, model.Manifest.Family, golden.Overrides is { } overrides ? ImageProcessorOverrides.FromJson(overrides) : null);
        var images = golden.Images
            .Select(path => processor.Process(ImageCodecs.Default.Decode(File.ReadAllBytes(path), ImageLimits.Default))).ToList();
        var (tiles, height, width) = (images.Sum(image => image.Tiles), images[0].Height, images[0].Width);
        computed[EncoderTensors.PixelValues] = ComputedTensor.Of([1, tiles, 3, height, width], images.SelectMany(image => image.PixelValues).ToArray());
        computed["pixel_attention_mask"] = ComputedTensor.Of([1, tiles, height, width], images.SelectMany(Mask).ToArray());
        return images;
    }

    private static IEnumerable<long> Mask(ProcessedImage image) =>
        image.PixelMask?.Select(value => (long)value) ?? Enumerable.Repeat(1L, image.Tiles * image.Height * image.Width);

    /// <summary>One grey level on the scale of normalised pixels.</summary>
    private static double Pixels(CompiledModel model)
    {
        var config = CheckpointJson.Read(model.CheckpointFolder, "preprocessor_config.json");
        var deviations = config is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("image_std", out var std)
            && std.ValueKind == JsonValueKind.Array ? std.EnumerateArray().Select(value => value.GetDouble()).ToArray() : [];
        return PixelTolerance / (deviations is { Length: > 0 } ? deviations.Min() : 0.5) * (1 + 1e-6);
    }

    private static ImageGrid Grid(CompiledModel model, ProcessedImage image) =>
        new(image.Rows, image.Columns, EncoderInputs.TokensPerTile(model.Manifest.Encoder!, image.Height, image.Width));
}
