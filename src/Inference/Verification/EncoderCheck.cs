using System.Numerics.Tensors;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Inspection;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Verification;

/// <summary>
/// Computes every golden tensor of a classifier, a text encoder or a dual encoder from the golden pixels and ids: layers through the
/// inspection graphs, pooled vectors, embeddings and logits through the serving graphs.
/// </summary>
internal sealed class EncoderCheck(CompiledModel model, ModelInspector inspector) : IGraphCheck
{
    private readonly ModelManifest _manifest = model.Manifest;

    public Dictionary<string, ComputedTensor> Compute(SafetensorsFile golden)
    {
        var results = new Dictionary<string, ComputedTensor>(StringComparer.Ordinal);
        if (_manifest.Vision is not null && golden.Tensors.TryGetValue(EncoderTensors.PixelValues, out var pixels))
        {
            Vision(FloatWidening.ToFloats(golden.Bytes(pixels), pixels), (int)pixels.Shape[0], results);
        }

        if (_manifest.Text is not null && golden.Tensors.ContainsKey(EncoderTensors.InputIds))
        {
            Text(GoldenText.Read(golden), results);
        }

        if (_manifest.Similarity is { } similarity
            && results.TryGetValue("image_embeds", out var images) && results.TryGetValue("text_embeds", out var texts))
        {
            Similarity(similarity, images, texts, results);
        }

        return results;
    }

    private void Vision(float[] pixels, int images, Dictionary<string, ComputedTensor> results)
    {
        var manifest = _manifest.Vision!;
        Add(inspector.EncodeImages(pixels, IsLayer), results);
        using var runner = new OnnxVisionRunner(model, DeviceOptions.Cpu);
        var features = new float[images * runner.EmbeddingSize];
        runner.Encode(images, manifest.Height, manifest.Width, pixels, [], features);
        AddFeatures(manifest.Features, features, images, _manifest.Text is null ? "" : "image_", results);
        if (results.TryGetValue(FeatureNames.Logits, out var logits))
        {
            var (ids, probabilities) = Probabilities.Top(logits.Floats!, images);
            results["probs"] = ComputedTensor.Of(logits.Shape, Probabilities.SoftMax(logits.Floats!, images));
            results["top5_ids"] = ComputedTensor.Of([images, ids.Length / images], ids);
            results["top5_probs"] = ComputedTensor.Of([images, ids.Length / images], probabilities);
        }
    }

    private void Text(TextBatch batch, Dictionary<string, ComputedTensor> results)
    {
        Add(inspector.EncodeTexts(batch, IsLayer), results);
        using var runner = new OnnxTextRunner(model, DeviceOptions.Cpu);
        AddFeatures(_manifest.Text!.Features, runner.Encode(batch), batch.Rows, _manifest.Vision is null ? "" : "text_", results);
    }

    /// <summary>Scaled cosines <c>[images, texts]</c>.</summary>
    private static void Similarity(
        SimilarityManifest similarity, ComputedTensor images, ComputedTensor texts, Dictionary<string, ComputedTensor> results)
    {
        var (rows, columns, width) = ((int)images.Shape[0], (int)texts.Shape[0], (int)images.Shape[1]);
        var logits = new float[rows * columns];
        for (var i = 0; i < logits.Length; i++)
        {
            var (image, text) = Math.DivRem(i, columns);
            var cosine = TensorPrimitives.Dot<float>(images.Floats.AsSpan(image * width, width), texts.Floats.AsSpan(text * width, width));
            logits[i] = (similarity.LogitScale * cosine) + similarity.LogitBias;
        }

        var probabilities = similarity.Sigmoid ? Probabilities.Sigmoid(logits) : Probabilities.SoftMax(logits, rows);
        results["logits_per_image"] = ComputedTensor.Of([rows, columns], logits);
        results["probs"] = ComputedTensor.Of([rows, columns], probabilities);
    }

    private static bool IsLayer(string name) =>
        (name.StartsWith("vision_", StringComparison.Ordinal) || name.StartsWith("text_", StringComparison.Ordinal))
        && !name.Contains("_attention", StringComparison.Ordinal);

    private static void Add(IReadOnlyList<NamedTensor> tensors, Dictionary<string, ComputedTensor> results)
    {
        foreach (var tensor in tensors)
        {
            results[tensor.Name] = ComputedTensor.Of(tensor.Shape, tensor.Values);
        }
    }

    private static void AddFeatures(
        IReadOnlyList<FeatureSpan> spans, float[] features, int rows, string prefix, Dictionary<string, ComputedTensor> results)
    {
        var width = features.Length / rows;
        foreach (var span in spans)
        {
            var values = new float[rows * span.Size];
            for (var row = 0; row < rows; row++)
            {
                features.AsSpan((row * width) + span.Offset, span.Size).CopyTo(values.AsSpan(row * span.Size));
            }

            results[prefix + span.Name] = ComputedTensor.Of([rows, span.Size], values);
        }
    }
}
