using VisionCluster.Models.Onnx;

namespace VisionCluster.Inference.Kernels;

/// <summary><see cref="KernelOps.RowPass"/> and its forms with other outputs.</summary>
internal sealed unsafe class RowPass(string name, bool hasResult, bool isRounded) : IOperator
{
    private static readonly Operand Required = new(ElementType.Float);
    private static readonly Operand Optional = new(ElementType.Float, IsOptional: true);
    private static readonly Operand[] Operands = [Required, Optional, Optional, Optional, Optional, Optional];

    private readonly Operand[] _outputs =
        [.. hasResult ? [new Operand(ElementType.Float)] : Array.Empty<Operand>(), .. isRounded ? [new Operand(ElementType.Byte), new(ElementType.Float)] : Array.Empty<Operand>()];

    public byte* Name { get; } = KernelText.Of(name);

    public IReadOnlyList<Operand> Inputs => Operands;

    public IReadOnlyList<Operand> Outputs => _outputs;

    public IKernel Create(KernelAttributes attributes) => new RowPassKernel
    {
        HasResult = hasResult,
        IsRounded = isRounded,
        Epsilon = attributes.Float(KernelOps.Epsilon),
        Activation = (RowActivation)attributes.Int(KernelOps.Activation),
    };
}
