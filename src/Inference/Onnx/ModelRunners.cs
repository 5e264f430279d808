using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Exports;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Inference.Onnx;

/// <summary>Opens a model's graphs: those compiled here, or a ready-made export's on its plainer path.</summary>
internal static class ModelRunners
{
    /// <exception cref="ModelException">The model's keys and values cannot be kept in this precision, or the device captures no graphs.</exception>
    public static IDecoderRunner OpenDecoder(
        CompiledModel model, DeviceOptions device, int slots, int capacity, int maxChunkTokens, KvPrecision precision = KvPrecision.Auto)
    {
        if (device is { CudaGraphs: true, Kind: not DeviceKind.Cuda })
        {
            throw new ModelException($"CUDA graphs are for cuda:N; {device.Id} has none. Leave --cuda-graphs away.");
        }

        precision = Resolve(model, device, precision);
        var own = Resolve(model, device, KvPrecision.Auto);
        if (precision != own && (model.Manifest.Decoder is { IsHalf: true } || precision == KvPrecision.Bf16))
        {
            throw new ModelException(model.Manifest.Decoder is { IsHalf: true }
                ? $"{model.Name} is compiled for a GPU, where it keeps keys and values as it computes; leave --kv-precision away."
                : $"{model.Name} cannot keep keys and values in bf16: that is for decoders that compute in it on a GPU (--precision bf16).");
        }

        if (precision == KvPrecision.Fp16 && !CanHalve(model, device))
        {
            throw new ModelException(
                $"{model.Name} cannot keep keys and values in fp16: that is for decoders compiled here for a CPU whose prompts look back only.");
        }

        if (precision == KvPrecision.Int8 && (model.Export is not null || device.Kind != DeviceKind.Cpu || model.Manifest.Decoder!.BidirectionalPrefix))
        {
            throw new ModelException(
                $"{model.Name} cannot keep keys and values in int8: that is for decoders compiled here whose prompts look back only, on a CPU.");
        }

        if (device.Kind == DeviceKind.Cuda && model.Export is null && model.Manifest.Decoder is { IsHalf: false })
        {
            throw new ModelException($"{model.Name} was imported for CPUs; serve the checkpoint that it was imported from.");
        }

        return model.Export is null ? OnnxDecoderRunner.Open(model, device, slots, capacity, maxChunkTokens, precision)
            : new ExportDecoderRunner(model, device, slots, capacity);
    }

    /// <summary>What a model's keys and values are kept in on a device.</summary>
    public static KvPrecision Resolve(CompiledModel model, DeviceOptions device, KvPrecision precision) =>
        precision != KvPrecision.Auto ? precision
        : model.Manifest.Precision == ModelPrecision.Bf16.Name() ? KvPrecision.Bf16
        : CanHalve(model, device) && model.Manifest.Precision != ModelPrecision.Fp32.Name() ? KvPrecision.Fp16
        : KvPrecision.Fp32;

    private static bool CanHalve(CompiledModel model, DeviceOptions device) =>
        model.Manifest.Decoder is { IsHalf: true }
        || (model.Export is null && device.Kind == DeviceKind.Cpu && model.Manifest.Decoder is { HasSlotAttention: true, BidirectionalPrefix: false });

    public static IEncoderRunner OpenEncoder(CompiledModel model, DeviceOptions device) =>
        model.Export is null ? new OnnxEncoderRunner(model, device) : new ExportEncoderRunner(model, device);

    /// <summary>Whether a slot costs what it holds, not what it could hold.</summary>
    public static bool IsKvPaged(CompiledModel model, DeviceOptions device) =>
        model.Export is null && device.Kind == DeviceKind.Cpu && PagedMemory.CanRelease;

    /// <summary>Key-value memory of one token, all layers.</summary>
    public static long KvBytesPerToken(CompiledModel model, KvPrecision precision = KvPrecision.Auto, DeviceOptions? device = null)
    {
        var decoder = model.Manifest.Decoder ?? throw new InvalidOperationException("The model has no decoder.");
        return model.Export is null ? new KvShape(decoder.Layers, 1, decoder.KvHeads, 1, decoder.HeadDim, Resolve(model, device ?? DeviceOptions.Cpu, precision)).BytesPerToken
            : ExportDecoderRunner.Shape(model, 1).BytesPerToken;
    }
}
