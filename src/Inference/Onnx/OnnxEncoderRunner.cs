using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Encoding;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>Runs a compiled encoder graph: vision tower and connector.</summary>
internal sealed class OnnxEncoderRunner : IEncoderRunner
{
    private static readonly string[] OutputNames = [EncoderTensors.ImageFeatures];

    private readonly DeviceSession _session;
    private readonly EncoderManifest _manifest;
    private readonly RunOptions _runOptions = new();

    public OnnxEncoderRunner(CompiledModel model, DeviceOptions device)
    {
        _manifest = model.Manifest.Encoder ?? throw new InvalidOperationException("The model has no encoder.");
        _session = SessionFactory.Open(model.GraphPath(GraphKind.Encoder), device);
    }

    public int EmbeddingSize => _manifest.EmbeddingSize;

    public int TokensPerTile(int height, int width) => EncoderInputs.TokensPerTile(_manifest, height, width);

    public void Encode(int tiles, int height, int width, ReadOnlySpan<float> pixels, ReadOnlySpan<byte> mask, Span<float> embeddings)
    {
        using var inputs = new EncoderInputs(_manifest, pixels.ToArray(), tiles, height, width, mask);
        using var outputs = _session.Run(_runOptions, inputs.Names, inputs.Values, OutputNames);
        outputs[0].GetTensorDataAsSpan<float>().CopyTo(embeddings);
    }

    public void Dispose()
    {
        _session.Dispose();
        _runOptions.Dispose();
    }
}
