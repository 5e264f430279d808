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

    /// <summary>
    /// What is served as int8 and int4, and, to say what it would cost, the same with a GGUF file's blocks rounded once more.
    /// </summary>
    public static IReadOnlyList<QualityForm> Quantised { get; } =
    [
        new("int8", ModelPrecision.Int8),
        new("int4", ModelPrecision.Int4),
        new("int8-rounded", ModelPrecision.Int8, KeepBlocks: false),
        new("int4-rounded", ModelPrecision.Int4, KeepBlocks: false),
    ];

    /// <summary>The forms that differ for a checkpoint: only one that has blocks can have them rounded.</summary>
    public static IReadOnlyList<QualityForm> For(string checkpoint) =>
        CheckpointSource.HasBlocks(checkpoint) ? Quantised : [.. Quantised.Where(form => form.KeepBlocks)];
}
