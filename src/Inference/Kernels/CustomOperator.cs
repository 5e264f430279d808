using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VisionCluster.Inference.Kernels;

/// <summary>
/// Makes ONNX Runtime's description of an operator (<c>OrtCustomOp</c> of <c>onnxruntime_c_api.h</c>): functions that it calls back. An
/// exception of a kernel becomes the status that the run fails with.
/// </summary>
internal static unsafe class CustomOperator
{
    private const uint ApiVersion = 17; // of the structure: fields that came later are not read

    /// <returns>The description, which lives as long as the process.</returns>
    public static nint Describe(IOperator definition)
    {
        var op = (CustomOperatorFields*)NativeMemory.AllocZeroed((nuint)sizeof(CustomOperatorFields));
        op->Version = ApiVersion;
        op->Definition = GCHandle.ToIntPtr(GCHandle.Alloc(definition));
        op->GetName = &GetName;
        op->GetProvider = &GetProvider;
        op->GetInputType = &GetInputType;
        op->GetInputCount = &GetInputCount;
        op->GetOutputType = &GetOutputType;
        op->GetOutputCount = &GetOutputCount;
        op->Destroy = &Destroy;
        op->GetInputCharacteristic = &GetInputCharacteristic;
        op->GetOutputCharacteristic = &GetOutputCharacteristic;
        op->GetInputMemory = &GetInputMemory;
        op->GetVariadicInputMin = op->GetVariadicInputHomogeneity = &One;
        op->GetVariadicOutputMin = op->GetVariadicOutputHomogeneity = &One;
        op->Create = &Create;
        op->Compute = &Compute;
        op->GetStartVersion = &One;
        op->GetEndVersion = &Latest;
        return (nint)op;
    }

    private static IOperator Definition(nint op) => Unsafe.As<IOperator>(GCHandle.FromIntPtr(((CustomOperatorFields*)op)->Definition).Target!);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetName(nint op) => Definition(op).Name;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* GetProvider(nint op) => null; // CPU

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputType(nint op, nuint index) => (int)Definition(op).Inputs[(int)index].Type;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint GetInputCount(nint op) => (nuint)Definition(op).Inputs.Count;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOutputType(nint op, nuint index) => (int)Definition(op).Outputs[(int)index].Type;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint GetOutputCount(nint op) => (nuint)Definition(op).Outputs.Count;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputCharacteristic(nint op, nuint index) => Definition(op).Inputs[(int)index].IsOptional ? 1 : 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetOutputCharacteristic(nint op, nuint index) => Definition(op).Outputs[(int)index].IsOptional ? 1 : 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetInputMemory(nint op, nuint index) => 0; // the provider's own

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int One(nint op) => 1;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Latest(nint op) => int.MaxValue;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Create(nint op, nint api, nint info, nint* kernel)
    {
        try
        {
            *kernel = GCHandle.ToIntPtr(GCHandle.Alloc(Definition(op).Create(new KernelAttributes(info))));
            return 0;
        }
        catch (Exception e)
        {
            return OrtApi.CreateStatus(e.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Compute(nint kernel, nint context)
    {
        try
        {
            Unsafe.As<IKernel>(GCHandle.FromIntPtr(kernel).Target!).Compute(new KernelContext(context));
            return 0;
        }
        catch (Exception e)
        {
            return OrtApi.CreateStatus(e.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Destroy(nint kernel)
    {
        var handle = GCHandle.FromIntPtr(kernel);
        (handle.Target as IDisposable)?.Dispose();
        handle.Free();
    }
}
