using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Encoding;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// Runs a vision encoder that classifies or embeds: one feature vector for each image, whose parts
/// <see cref="VisionEncoderManifest.Features"/> names, so that one run serves every task.
/// </summary>
internal sealed class OnnxVisionRunner : IEncoderRunner
{
    private static readonly string[] InputNames = [EncoderTensors.PixelValues];
    private static readonly string[] OutputNames = [EncoderTensors.Features];

    private readonly DeviceSession _session;
    private readonly VisionEncoderManifest _manifest;
    private readonly RunOptions _runOptions = new();

    public OnnxVisionRunner(CompiledModel model, DeviceOptions device)
    {
        _manifest = model.Manifest.Vision ?? throw new InvalidOperationException("The model has no vision encoder.");
        _session = SessionFactory.Open(model.GraphPath(GraphKind.VisionEncoder), device);
    }

    public int EmbeddingSize => _manifest.Features.Sum(span => span.Size);

    /// <exception cref="ModelException">The image has another size than the model's.</exception>
    public int TokensPerTile(int height, int width) => height == _manifest.Height && width == _manifest.Width ? 1
        : throw new ModelException(
            $"An image of {width}×{height} pixels is not of the {_manifest.Width}×{_manifest.Height} that this model takes.");

    public void Encode(int tiles, int height, int width, ReadOnlySpan<float> pixels, ReadOnlySpan<byte> mask, Span<float> embeddings)
    {
        _ = TokensPerTile(height, width);
        using var pixelValues = OrtValue.CreateTensorValueFromMemory(pixels.ToArray(), [tiles, 3, height, width]);
        using var outputs = _session.Run(_runOptions, InputNames, [pixelValues], OutputNames);
        outputs[0].GetTensorDataAsSpan<float>().CopyTo(embeddings);
    }

    public void Dispose()
    {
        _session.Dispose();
        _runOptions.Dispose();
    }
}
