using VisionCluster.Models.Onnx;

namespace VisionCluster.Inference.Kernels;

/// <summary><see cref="KernelOps.BlockMatMul"/>.</summary>
internal sealed unsafe class BlockMatMul : IOperator
{
    private static readonly Operand[] Operands =
        [new(ElementType.Float), new(ElementType.Byte), new(ElementType.Float, IsOptional: true), new(ElementType.Float, IsOptional: true)];

    private static readonly Operand[] Results = [new(ElementType.Float)];

    public byte* Name { get; } = KernelText.Of(KernelOps.BlockMatMul);

    public IReadOnlyList<Operand> Inputs => Operands;

    public IReadOnlyList<Operand> Outputs => Results;

    public IKernel Create(KernelAttributes attributes) => new BlockMatMulKernel
    {
        Outputs = attributes.Int(KernelOps.Outputs),
        Inputs = attributes.Int(KernelOps.Inputs),
        Bits = attributes.Int(KernelOps.Bits),
        HasOffsets = attributes.Int(KernelOps.HasOffsets) != 0,
        HalfScales = attributes.Int(KernelOps.HalfScales) != 0,
        Epsilon = attributes.Float(KernelOps.Epsilon),
        Gate = (GateActivation)attributes.Int(KernelOps.Gate),
    };
}
