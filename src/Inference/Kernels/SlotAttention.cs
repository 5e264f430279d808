using VisionCluster.Models.Onnx;

namespace VisionCluster.Inference.Kernels;

/// <summary><see cref="KernelOps.SlotAttention"/>, and <see cref="KernelOps.SlotAttentionHalf"/> with a cache of halves.</summary>
internal sealed unsafe class SlotAttention(bool half) : IOperator
{
    private readonly Operand[] _inputs =
        [new(ElementType.Float), Cache(half), Cache(half), new(ElementType.Int32), new(ElementType.Float), new(ElementType.Float)];

    private readonly Operand[] _outputs = [new(ElementType.Float), Cache(half), Cache(half)];

    public byte* Name { get; } = KernelText.Of(half ? KernelOps.SlotAttentionHalf : KernelOps.SlotAttention);

    public IReadOnlyList<Operand> Inputs => _inputs;

    public IReadOnlyList<Operand> Outputs => _outputs;

    public IKernel Create(KernelAttributes attributes) => new SlotAttentionKernel
    {
        IsHalf = half,
        Heads = attributes.Int(KernelOps.Heads),
        KvHeads = attributes.Int(KernelOps.KvHeads),
        Scale = attributes.Float(KernelOps.Scale),
        Window = attributes.Int(KernelOps.Window),
    };

    private static Operand Cache(bool half) => new(half ? ElementType.Half : ElementType.Float);
}
