using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Inference.Quality;

/// <summary>A form to measure.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Precision">The precision it is served with.</param>
/// <param name="KeepBlocks">See <see cref="ModelCompilerOptions.KeepBlocks"/>.</param>
public sealed record QualityForm(string Name, ModelPrecision Precision, bool KeepBlocks = true)
{
    public static QualityForm Float { get; } = new("fp32", ModelPrecision.Fp32);
}
