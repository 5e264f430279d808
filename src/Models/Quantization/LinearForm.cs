namespace VisionCluster.Models.Quantization;

/// <summary>The form that a decoder's linear layers take.</summary>
/// <param name="Rounded">Blocks that float matrices are rounded to; null: they stay float.</param>
/// <param name="KeepBlocks">Matrices that the checkpoint has in blocks are served from those blocks, and not rounded again.</param>
/// <param name="PerToken">
/// Layers multiply 8-bit integers, with a scale for each token and each output, in rotated spaces (<see cref="Rotation"/>); only the head is
/// in blocks then.
/// </param>
internal sealed record LinearForm(BlockFormat? Rounded, bool KeepBlocks, bool PerToken = false)
{
    private const int RoundedBlock = 32;

    public static LinearForm Float { get; } = new(null, KeepBlocks: false);

    /// <param name="precision">Not auto.</param>
    /// <param name="keepBlocks">See <see cref="KeepBlocks"/>.</param>
    /// <param name="kernels">Whether our own operators multiply blocks: then 8 bits are blocks, too.</param>
    public static LinearForm Of(ModelPrecision precision, bool keepBlocks, bool kernels) => precision switch
    {
        ModelPrecision.Fp32 => Float,
        ModelPrecision.Int8 when kernels => new LinearForm(new BlockFormat(8, RoundedBlock, HasOffsets: false), keepBlocks),
        ModelPrecision.Int8 => new LinearForm(new BlockFormat(8, RoundedBlock, HasOffsets: false), KeepBlocks: false, PerToken: true),
        ModelPrecision.Int4 => new LinearForm(new BlockFormat(4, RoundedBlock, HasOffsets: false), keepBlocks),
        _ => throw new ArgumentOutOfRangeException(nameof(precision)),
    };
}
