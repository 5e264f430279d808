using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Sampling;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Tasks;

/// <summary>
/// What a classifier or an embedding model says: labels, vectors, matches. Images come as feature vectors (float32 little endian, as
/// <see cref="IModelHost.EncodeImageAsync"/> gives them), so that one encoding serves every task. Thread-safe.
/// </summary>
public sealed class FeatureTasks : IAsyncDisposable
{
    private readonly ModelManifest _manifest;
    private readonly FeatureReader? _images;
    private readonly FeatureReader? _texts;
    private readonly TextEncoder? _encoder;

    private FeatureTasks(ModelManifest manifest, TextEncoder? encoder)
    {
        (_manifest, _encoder) = (manifest, encoder);
        _images = manifest.Vision is { } vision ? new FeatureReader(vision.Features, FeatureNames.Cls) : null;
        _texts = manifest.Text is { } text ? new FeatureReader(text.Features, FeatureNames.Mean) : null;
    }

    /// <returns>Null for a model that only generates.</returns>
    /// <exception cref="Models.ModelException">The text encoder or its tokenizer cannot be used.</exception>
    internal static FeatureTasks? Load(CompiledModel model, DeviceOptions device, TextEncoderOptions options)
    {
        var manifest = model.Manifest;
        return manifest.Vision is null && manifest.Text is null ? null
            : new FeatureTasks(manifest, manifest.Text is null ? null : new TextEncoder(model, device, options));
    }

    /// <summary>The best labels of an image.</summary>
    /// <exception cref="InvalidTaskException">The model has no labels, or the features are not its own.</exception>
    public IReadOnlyList<LabelProbability> Classify(ReadOnlySpan<byte> image, int top)
    {
        if (_manifest.Labels is not { } labels)
        {
            throw new InvalidTaskException("This model has no labels.");
        }

        var logits = _images!.Part(Floats(image), FeatureNames.Logits);
        var best = LogProbabilities.Top(logits, LogProbabilities.LogSumExp(logits), top);
        return [.. best.Select(label => new LabelProbability(label.TokenId, labels[label.TokenId], MathF.Exp(label.LogProb)))];
    }

    /// <exception cref="InvalidTaskException">The model takes no images or has no such vector.</exception>
    public float[] EmbedImage(ReadOnlySpan<byte> image, VectorPooling pooling, bool normalize) =>
        (_images ?? throw new InvalidTaskException("This model takes no images.")).Vector(Floats(image), pooling, normalize);

    /// <summary>Tokenises and encodes; texts of all callers share the device's batches.</summary>
    /// <exception cref="InvalidTaskException">The model takes no texts, or one of them is empty.</exception>
    /// <exception cref="TextQueueFullException">Too many texts wait.</exception>
    public Task<TextFeatures[]> EncodeTextsAsync(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        var encoder = _encoder ?? throw new InvalidTaskException("This model takes no texts.");
        return Task.WhenAll(texts.Select(text => encoder.EncodeAsync(text, cancellationToken)));
    }

    /// <exception cref="InvalidTaskException">The model has no such vector.</exception>
    public float[] EmbedText(TextFeatures text, VectorPooling pooling, bool normalize) => _texts!.Vector(text.Values, pooling, normalize);

    /// <summary>Every image against every text: scale · cosine + bias, and the family's probabilities.</summary>
    /// <exception cref="InvalidTaskException">The model does not match images with texts.</exception>
    public SimilarityScores Compare(IReadOnlyList<ReadOnlyMemory<byte>> images, IReadOnlyList<TextFeatures> texts)
    {
        var similarity = _manifest.Similarity ?? throw new InvalidTaskException("This model does not match images with texts.");
        var (logits, probabilities) = (new float[images.Count * texts.Count], new float[images.Count * texts.Count]);
        for (var i = 0; i < images.Count; i++)
        {
            var image = _images!.Part(Floats(images[i].Span), FeatureNames.Embeds);
            var row = logits.AsSpan(i * texts.Count, texts.Count);
            for (var t = 0; t < texts.Count; t++)
            {
                var text = _texts!.Part(texts[t].Values, FeatureNames.Embeds);
                row[t] = (similarity.LogitScale * TensorPrimitives.Dot(image, text)) + similarity.LogitBias;
            }

            if (!similarity.Sigmoid)
            {
                TensorPrimitives.SoftMax(row, probabilities.AsSpan(i * texts.Count, texts.Count));
            }
        }

        if (similarity.Sigmoid)
        {
            TensorPrimitives.Sigmoid<float>(logits, probabilities);
        }

        return new SimilarityScores(logits, probabilities, similarity.Sigmoid);
    }

    /// <summary>Null for a model that takes no texts.</summary>
    internal TextEncoder? Texts => _encoder;

    public ValueTask DisposeAsync() => _encoder?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static ReadOnlySpan<float> Floats(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, float>(bytes);
}
