using VisionCluster.Models.Exports;

namespace VisionCluster.Models.Compilation;

/// <summary>A checkpoint's compiled form: graphs and weights in a cache folder, tokenizer and processors in the checkpoint's.</summary>
/// <param name="Name">What clients call it: the checkpoint folder's name unless given.</param>
/// <param name="CheckpointFolder">
/// Where <c>config.json</c>, <c>tokenizer.json</c> and the processor files are; <paramref name="Folder"/> for a GGUF file, whose own are
/// written there.
/// </param>
/// <param name="Folder">Where graphs and weights are.</param>
/// <param name="Manifest">What they are.</param>
public sealed record CompiledModel(string Name, string CheckpointFolder, string Folder, ModelManifest Manifest)
{
    public const string WeightsFile = "weights.bin";

    /// <summary>A ready-made export's graphs, which are run as they are; null for a model that was compiled here.</summary>
    public ModelExport? Export { get; init; }

    /// <summary>Whether a path means a ready-made export: its folder <c>onnx</c>, a decoder in it, or a checkpoint folder without safetensors.</summary>
    /// <exception cref="ModelException">The path is an ONNX file of another kind.</exception>
    public static bool IsExport(string path) => ExportLocation.Find(path) is not null;

    public string WeightsPath => Path.Combine(Folder, WeightsFile);

    public string GraphPath(GraphKind kind) => Path.Combine(Folder, GraphFile(kind));

    internal static string GraphFile(GraphKind kind) => kind switch
    {
        GraphKind.Encoder => "encoder.onnx",
        GraphKind.EncoderInspection => "encoder.inspect.onnx",
        GraphKind.Decoder => "decoder.onnx",
        GraphKind.DecoderHalfCache => "decoder.kv16.onnx",
        GraphKind.DecoderEightBitCache => "decoder.kv8.onnx",
        GraphKind.DecoderPrefix => "decoder.prefix.onnx",
        GraphKind.DecoderInspection => "decoder.inspect.onnx",
        GraphKind.VisionEncoder => "vision.onnx",
        GraphKind.VisionEncoderInspection => "vision.inspect.onnx",
        GraphKind.TextEncoder => "text.onnx",
        GraphKind.TextEncoderInspection => "text.inspect.onnx",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
