namespace VisionCluster.Inference.Verification;

/// <summary>What this implementation computed under a golden name: floats, or integers (ids, masks).</summary>
internal sealed record ComputedTensor(long[] Shape, float[]? Floats, long[]? Ints)
{
    public static ComputedTensor Of(long[] shape, float[] values) => new(shape, values, null);

    public static ComputedTensor Of(long[] shape, long[] values) => new(shape, null, values);

    /// <summary>The same values under another shape of the same size.</summary>
    public ComputedTensor As(params long[] shape) => this with { Shape = shape };
}
