using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// Runs a text encoder: one feature vector for each text, whose parts <see cref="TextEncoderManifest.Features"/> names. Called from one
/// thread at a time.
/// </summary>
internal sealed class OnnxTextRunner : IDisposable
{
    private static readonly string[] OutputNames = [EncoderTensors.Features];

    private readonly DeviceSession _session;
    private readonly TextEncoderManifest _manifest;
    private readonly RunOptions _runOptions = new();

    public OnnxTextRunner(CompiledModel model, DeviceOptions device)
    {
        _manifest = model.Manifest.Text ?? throw new InvalidOperationException("The model has no text encoder.");
        _session = SessionFactory.Open(model.GraphPath(GraphKind.TextEncoder), device);
    }

    /// <summary>Values of one text's features.</summary>
    public int FeatureSize => _manifest.Features.Sum(span => span.Size);

    /// <returns><c>[rows, features]</c></returns>
    /// <exception cref="Models.ModelException">The texts are too long, or an id is outside the vocabulary.</exception>
    public float[] Encode(TextBatch batch)
    {
        using var inputs = new TextInputs(_manifest, batch);
        using var outputs = _session.Run(_runOptions, inputs.Names, inputs.Values, OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _session.Dispose();
        _runOptions.Dispose();
    }
}
