namespace VisionCluster.Inference.Kernels;

/// <summary>A node's kernel. It keeps nothing between runs, so that any number may use it at the same time.</summary>
internal interface IKernel
{
    void Compute(KernelContext context);
}

/// <summary>An operator of domain <see cref="Models.Onnx.KernelOps.Domain"/>.</summary>
internal unsafe interface IOperator
{
    /// <summary>UTF-8, zero-terminated, for the life of the process.</summary>
    byte* Name { get; }

    IReadOnlyList<Operand> Inputs { get; }

    IReadOnlyList<Operand> Outputs { get; }

    /// <summary>Makes the kernel of a node.</summary>
    /// <exception cref="ArgumentException">The node's attributes are not those of the operator.</exception>
    IKernel Create(KernelAttributes attributes);
}

/// <summary>An input or output: its element type and whether it may be absent.</summary>
internal readonly record struct Operand(ElementType Type, bool IsOptional = false);

/// <summary><c>ONNXTensorElementDataType</c>, as far as kernels use it.</summary>
internal enum ElementType
{
    Float = 1,
    Byte = 2,
    Int32 = 6,
    Half = 10,
}

/// <summary>The attributes of a node.</summary>
internal readonly struct KernelAttributes(nint info)
{
    public int Int(string name) => OrtApi.TryReadInt(info, name, out var value) ? checked((int)value)
        : throw new ArgumentException($"The attribute {name} is missing.");

    public float Float(string name) => OrtApi.TryReadFloat(info, name, out var value) ? value
        : throw new ArgumentException($"The attribute {name} is missing.");
}
