using VisionCluster.Models.Quantization;

namespace VisionCluster.Models.Checkpoints;

/// <summary>A checkpoint's tensors under their Hugging Face names, whatever files they are in.</summary>
public interface ITensorSource : IDisposable
{
    IEnumerable<string> Names { get; }

    bool Contains(string name);

    /// <summary>Row major, outermost first.</summary>
    /// <exception cref="ModelException">There is no such tensor.</exception>
    long[] ShapeOf(string name);

    /// <summary>A tensor as float32, exactly what its stored form means.</summary>
    /// <exception cref="ModelException">The tensor is missing, has another shape, or is not of a floating type.</exception>
    float[] ReadFloats(string name, params ReadOnlySpan<long> shape);

    /// <summary>The form of a matrix that is stored in blocks; null for any other tensor.</summary>
    BlockFormat? BlocksOf(string name) => null;

    /// <summary>A matrix that is stored in blocks, as it is.</summary>
    /// <exception cref="ModelException">The matrix is missing or has another shape.</exception>
    BlockMatrix ReadBlocks(string name, int rows, int columns) => throw new NotSupportedException("These tensors are not stored in blocks.");
}

internal static class TensorSourceExtensions
{
    /// <summary>A single value, stored as a scalar or as a vector of one.</summary>
    public static float ReadScalar(this ITensorSource source, string name) =>
        source.Contains(name) && source.ShapeOf(name) is [1] ? source.ReadFloats(name, 1)[0] : source.ReadFloats(name)[0];
}
