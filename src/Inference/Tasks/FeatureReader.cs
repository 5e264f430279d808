using System.Numerics.Tensors;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Tasks;

/// <summary>Finds the parts of a feature vector.</summary>
/// <param name="spans">What the vector holds.</param>
/// <param name="fallback">The vector of a model without projection and pooler.</param>
internal sealed class FeatureReader(IReadOnlyList<FeatureSpan> spans, string fallback)
{
    public int Size { get; } = spans.Sum(span => span.Size);

    /// <exception cref="InvalidTaskException">The model has no such vector.</exception>
    public float[] Vector(ReadOnlySpan<float> features, VectorPooling pooling, bool normalize)
    {
        var span = pooling == VectorPooling.Default
            ? Find(FeatureNames.Embeds) ?? Find(FeatureNames.Pooled) ?? Find(fallback)
            : Find(Name(pooling));
        var vector = Part(features, span ?? throw Missing(pooling)).ToArray();
        if (normalize && TensorPrimitives.Norm<float>(vector) is > 0 and var length)
        {
            TensorPrimitives.Divide(vector, length, vector);
        }

        return vector;
    }

    /// <summary>A part that the caller knows to be there.</summary>
    public ReadOnlySpan<float> Part(ReadOnlySpan<float> features, string name) =>
        Part(features, Find(name) ?? throw new InvalidOperationException($"The model has no {name}."));

    private static string Name(VectorPooling pooling) => pooling switch
    {
        VectorPooling.Cls => FeatureNames.Cls,
        VectorPooling.Mean => FeatureNames.Mean,
        VectorPooling.Pooled => FeatureNames.Pooled,
        _ => FeatureNames.Embeds,
    };

    private ReadOnlySpan<float> Part(ReadOnlySpan<float> features, FeatureSpan span) => features.Length == Size
        ? features.Slice(span.Offset, span.Size)
        : throw new InvalidTaskException("An encoded image does not belong to this model; send the picture again.");

    private FeatureSpan? Find(string name) => spans.FirstOrDefault(span => span.Name == name);

    private InvalidTaskException Missing(VectorPooling pooling)
    {
        var known = Enum.GetValues<VectorPooling>().Where(p => p != VectorPooling.Default && Find(Name(p)) is not null);
        return new InvalidTaskException(
            $"pooling: this model has no {pooling.ToString().ToLowerInvariant()} vector; it has {string.Join(", ", known).ToLowerInvariant()}.");
    }
}
