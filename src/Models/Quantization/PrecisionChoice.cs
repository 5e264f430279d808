using VisionCluster.Models.Checkpoints;

namespace VisionCluster.Models.Quantization;

/// <summary>What <see cref="ModelPrecision.Auto"/> means for a checkpoint on a device.</summary>
internal static class PrecisionChoice
{
    /// <summary>Weights below this size, as float32, are served as float32.</summary>
    public const long SmallBytes = 1L << 30;

    /// <param name="tensors">The checkpoint.</param>
    /// <param name="accelerator">Whether it will run on a GPU, which has the bandwidth for float weights.</param>
    public static ModelPrecision Choose(ITensorSource tensors, bool accelerator)
    {
        var bytes = tensors.Names.Sum(name => tensors.ShapeOf(name).Aggregate((long)sizeof(float), (product, side) => product * side));
        return accelerator ? ModelPrecision.Fp16
            : bytes < SmallBytes ? ModelPrecision.Fp32
            : tensors.Names.Any(name => tensors.BlocksOf(name) is not null) ? ModelPrecision.Int4
            : ModelPrecision.Int8;
    }
}
