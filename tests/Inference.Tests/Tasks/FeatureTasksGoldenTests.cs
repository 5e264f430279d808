using System.Text.Json;
using VisionCluster.Inference.Tasks;
using VisionCluster.Inference.Verification;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.TestKit;

namespace VisionCluster.Inference.Tests.Tasks;

/// <summary>
/// Every classifier and embedding model with golden data: from picture files and texts to probabilities and vectors, as the reference
/// computes them.
/// </summary>
public sealed class FeatureTasksGoldenTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public static TheoryData<string> Checkpoints() => [.. Fixtures.Folders("families").Concat(Fixtures.Models)
        .Where(folder => File.Exists(Path.Combine(folder, "expected", "cases.json")))
        .Select(folder => Path.GetRelativePath(Fixtures.RepositoryRoot, folder))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Checkpoints))]
    [Trait("Category", "Golden")]
    public async Task Tasks_FromFilesAndTexts_EqualTheReference(string checkpoint)
    {
        var model = new ModelCompiler(new ModelCompilerOptions { CacheFolder = _cache.Path }).Compile(Path.Combine(Fixtures.RepositoryRoot, checkpoint));
        Assert.SkipWhen(model.Manifest.Vision is null && model.Manifest.Text is null, "This model only generates.");
        await using var host = ModelHost.Load(model, new ModelHostOptions());
        var comparisons = new List<Comparison>();
        foreach (var golden in GoldenCase.ReadAll(model.CheckpointFolder))
        {
            await CompareAsync(host, model, golden, comparisons);
        }

        Assert.NotEmpty(comparisons);
        Assert.DoesNotContain(comparisons, comparison => !comparison.Passed);
    }

    public void Dispose() => _cache.Dispose();

    private static async Task CompareAsync(ModelHost host, CompiledModel model, GoldenCase golden, List<Comparison> comparisons)
    {
        using var file = golden.OpenTensors();
        var features = host.Features!;

        // From JPEG files decoders differ by a few levels.
        var images = golden.Images.All(path => path.EndsWith(".png", StringComparison.Ordinal))
            ? await Task.WhenAll(golden.Images.Select(path => host.EncodeImageAsync(File.ReadAllBytes(path), null, default))) : [];
        var hasPairs = golden.Json.TryGetProperty("text_pairs", out _);
        string[] texts = !hasPairs && golden.Json.TryGetProperty("texts", out var json) && json.ValueKind == JsonValueKind.Array
            ? [.. json.EnumerateArray().Select(text => text.GetString()!)] : [];
        var encoded = texts.Length == 0 ? [] : await features.EncodeTextsAsync(texts, default);
        var both = model.Manifest is { Vision: not null, Text: not null };

        Rows(both ? "image_pooled" : "pooled", images.Select(image => features.EmbedImage(image.Values, VectorPooling.Pooled, false)));
        Rows("image_embeds", images.Select(image => features.EmbedImage(image.Values, VectorPooling.Projection, false)));
        Rows(both ? "text_pooled" : "pooled", encoded.Select(text => features.EmbedText(text, VectorPooling.Pooled, false)));
        Rows("text_embeds", encoded.Select(text => features.EmbedText(text, VectorPooling.Projection, true)));
        if (model.Manifest.Vision is { } vision && images.Length > 0 && file.Tensors.TryGetValue(EncoderTensors.VisionLast, out TensorEntry? last))
        {
            var mean = images.Select(image => features.EmbedImage(image.Values, VectorPooling.Mean, false));
            comparisons.Add(Sequences.CompareMean(golden.Name, file, last, null, vision.ClassToken ? 1 : 0, mean));
        }

        if (!both && encoded.Length > 0 && file.Tensors.TryGetValue(DecoderTensors.TextHidden(model.Manifest.Text!.Layers - 1), out TensorEntry? states))
        {
            var mean = encoded.Select(text => features.EmbedText(text, VectorPooling.Mean, false));
            comparisons.Add(Sequences.CompareMean(golden.Name, file, states, file.Tensors.GetValueOrDefault(EncoderTensors.AttentionMask), 0, mean));
            comparisons.Add(Sequences.CompareFirst(golden.Name, file, states, encoded.Select(text => features.EmbedText(text, VectorPooling.Cls, false))));
        }

        if (both && images.Length > 0)
        {
            var scores = features.Compare([.. images.Select(image => (ReadOnlyMemory<byte>)image.Values)], encoded);
            Rows("logits_per_image", scores.Logits.Chunk(texts.Length));
            Rows("probs", scores.Probabilities.Chunk(texts.Length));
        }
        else if (model.Manifest.Labels is { } labels)
        {
            Rows("probs", images.Select(image => features.Classify(image.Values, labels.Count)
                .OrderBy(label => label.Index).Select(label => label.Probability).ToArray()));
        }

        // Enumerated only where the golden file holds the tensor: the model has it then.
        void Rows(string name, IEnumerable<float[]> computed)
        {
            if (file.Tensors.TryGetValue(name, out TensorEntry? expected) && computed.ToList() is { Count: > 0 } rows)
            {
                var actual = ComputedTensor.Of([rows.Count, rows[0].Length], rows.SelectMany(row => row).ToArray());
                comparisons.Add(TensorComparer.Compare(golden.Name, file, expected, actual, TensorComparer.Tolerance));
            }
        }
    }
}
