namespace VisionCluster.Models.Quantization;

/// <summary>The form that a decoder's linear layers take.</summary>
/// <param name="Rounded">Blocks that float matrices are rounded to; null: they stay float.</param>
/// <param name="KeepBlocks">Matrices that the checkpoint has in blocks are served from those blocks, and not rounded again.</param>
internal sealed record LinearForm(BlockFormat? Rounded, bool KeepBlocks)
{
    private const int RoundedBlock = 32;

    public static LinearForm Float { get; } = new(null, KeepBlocks: false);

    public static LinearForm Of(ModelPrecision precision, bool keepBlocks) => precision switch
    {
        ModelPrecision.Fp32 or ModelPrecision.Fp16 or ModelPrecision.Bf16 => Float,
        ModelPrecision.Int8 => new LinearForm(new BlockFormat(8, RoundedBlock, HasOffsets: false), keepBlocks),
        ModelPrecision.Int4 => new LinearForm(new BlockFormat(4, RoundedBlock, HasOffsets: false), keepBlocks),
        _ => throw new ArgumentOutOfRangeException(nameof(precision)),
    };
}
