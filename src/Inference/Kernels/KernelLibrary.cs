using Microsoft.ML.OnnxRuntime;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Inference.Kernels;

/// <summary>Our own operators for CPUs (docs: ADR 007), made known to a session before its graph is loaded.</summary>
internal static class KernelLibrary
{
    private static readonly nint Domain = CreateDomain();

    public static void Register(SessionOptions options) => OrtApi.AddDomain(options.DangerousGetHandle(), Domain);

    private static nint CreateDomain()
    {
        var domain = OrtApi.CreateDomain(KernelOps.Domain);
        OrtApi.AddOperator(domain, CustomOperator.Describe(new BlockMatMul()));
        OrtApi.AddOperator(domain, CustomOperator.Describe(new SlotAttention(half: false)));
        OrtApi.AddOperator(domain, CustomOperator.Describe(new SlotAttention(half: true)));
        OrtApi.AddOperator(domain, CustomOperator.Describe(new RowPass(KernelOps.RowPass, hasResult: true, isRounded: false)));
        OrtApi.AddOperator(domain, CustomOperator.Describe(new RowPass(KernelOps.RowPassRounded, hasResult: false, isRounded: true)));
        OrtApi.AddOperator(domain, CustomOperator.Describe(new RowPass(KernelOps.RowPassBoth, hasResult: true, isRounded: true)));
        return domain;
    }
}
