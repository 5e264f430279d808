using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Exports;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Onnx;

/// <summary>Opens a model's graphs: those compiled here, or a ready-made export's on its plainer path.</summary>
internal static class ModelRunners
{
    /// <exception cref="ModelException">The model's keys and values cannot be kept in this precision.</exception>
    public static IDecoderRunner OpenDecoder(
        CompiledModel model, DeviceOptions device, int slots, int capacity, int maxChunkTokens, KvPrecision precision = KvPrecision.Fp32)
    {
        if (precision == KvPrecision.Int8 && (model.Export is not null || device.Kind != DeviceKind.Cpu || model.Manifest.Decoder!.BidirectionalPrefix))
        {
            throw new ModelException(
                $"{model.Name} cannot keep keys and values in int8: that is for decoders compiled here whose prompts look back only, on a CPU.");
        }

        return model.Export is null ? new OnnxDecoderRunner(model, device, slots, capacity, maxChunkTokens, precision)
            : new ExportDecoderRunner(model, device, slots, capacity);
    }

    public static IEncoderRunner OpenEncoder(CompiledModel model, DeviceOptions device) =>
        model.Export is null ? new OnnxEncoderRunner(model, device) : new ExportEncoderRunner(model, device);

    /// <summary>Whether a slot costs what it holds, not what it could hold.</summary>
    public static bool IsKvPaged(CompiledModel model, DeviceOptions device) =>
        model.Export is null && device.Kind == DeviceKind.Cpu && PagedMemory.CanRelease;

    /// <summary>Key-value memory of one token, all layers.</summary>
    public static long KvBytesPerToken(CompiledModel model, KvPrecision precision = KvPrecision.Fp32)
    {
        var decoder = model.Manifest.Decoder ?? throw new InvalidOperationException("The model has no decoder.");
        return model.Export is null ? new KvShape(decoder.Layers, 1, decoder.KvHeads, 1, decoder.HeadDim, precision).BytesPerToken
            : ExportDecoderRunner.Shape(model, 1).BytesPerToken;
    }
}
