using System.Runtime.InteropServices;

namespace VisionCluster.Inference.Kernels;

/// <summary><c>OrtCustomOp</c> as of API 17, in its order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CustomOperatorFields
{
    public uint Version;
    public nint CreateOld;
    public delegate* unmanaged[Cdecl]<nint, byte*> GetName;
    public delegate* unmanaged[Cdecl]<nint, byte*> GetProvider;
    public delegate* unmanaged[Cdecl]<nint, nuint, int> GetInputType;
    public delegate* unmanaged[Cdecl]<nint, nuint> GetInputCount;
    public delegate* unmanaged[Cdecl]<nint, nuint, int> GetOutputType;
    public delegate* unmanaged[Cdecl]<nint, nuint> GetOutputCount;
    public nint ComputeOld;
    public delegate* unmanaged[Cdecl]<nint, void> Destroy;
    public delegate* unmanaged[Cdecl]<nint, nuint, int> GetInputCharacteristic;
    public delegate* unmanaged[Cdecl]<nint, nuint, int> GetOutputCharacteristic;
    public delegate* unmanaged[Cdecl]<nint, nuint, int> GetInputMemory;
    public delegate* unmanaged[Cdecl]<nint, int> GetVariadicInputMin;
    public delegate* unmanaged[Cdecl]<nint, int> GetVariadicInputHomogeneity;
    public delegate* unmanaged[Cdecl]<nint, int> GetVariadicOutputMin;
    public delegate* unmanaged[Cdecl]<nint, int> GetVariadicOutputHomogeneity;
    public delegate* unmanaged[Cdecl]<nint, nint, nint, nint*, nint> Create;
    public delegate* unmanaged[Cdecl]<nint, nint, nint> Compute;
    public nint InferShape;
    public delegate* unmanaged[Cdecl]<nint, int> GetStartVersion;
    public delegate* unmanaged[Cdecl]<nint, int> GetEndVersion;

    /// <summary>Ours, behind what ONNX Runtime reads: a handle of the <see cref="IOperator"/>.</summary>
    public nint Definition;
}
