using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Encoding;
using VisionCluster.Inference.Exports;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Onnx;

/// <summary>Opens a model's graphs: those compiled here, or a ready-made export's on its plainer path.</summary>
internal static class ModelRunners
{
    public static IDecoderRunner OpenDecoder(CompiledModel model, DeviceOptions device, int slots, int capacity, int maxChunkTokens) =>
        model.Export is null ? new OnnxDecoderRunner(model, device, slots, capacity, maxChunkTokens)
            : new ExportDecoderRunner(model, device, slots, capacity);

    public static IEncoderRunner OpenEncoder(CompiledModel model, DeviceOptions device) =>
        model.Export is null ? new OnnxEncoderRunner(model, device) : new ExportEncoderRunner(model, device);

    /// <summary>Whether a slot costs what it holds, not what it could hold.</summary>
    public static bool IsKvPaged(CompiledModel model, DeviceOptions device) =>
        model.Export is null && device.Kind == DeviceKind.Cpu && PagedMemory.CanRelease;

    /// <summary>Key-value memory of one token, all layers.</summary>
    public static long KvBytesPerToken(CompiledModel model)
    {
        var decoder = model.Manifest.Decoder ?? throw new InvalidOperationException("The model has no decoder.");
        return model.Export is null ? new KvShape(decoder.Layers, 1, decoder.KvHeads, 1, decoder.HeadDim).BytesPerToken
            : ExportDecoderRunner.Shape(model, 1).BytesPerToken;
    }
}
