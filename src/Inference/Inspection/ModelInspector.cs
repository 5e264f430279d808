using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Inspection;

/// <summary>Runs the inspection graphs of a model: every layer's output, and logits at every position. Sessions open when first needed.</summary>
public sealed class ModelInspector(CompiledModel model, DeviceOptions device) : IDisposable
{
    private readonly Lazy<InferenceSession> _encoder = new(() => SessionFactory.Open(model.GraphPath(GraphKind.EncoderInspection), device));
    private readonly Lazy<InferenceSession> _decoder = new(() => SessionFactory.Open(model.GraphPath(GraphKind.DecoderInspection), device));

    /// <summary>Encodes tiles.</summary>
    /// <param name="pixels"><c>[tiles, 3, height, width]</c></param>
    /// <param name="tiles">Tiles.</param>
    /// <param name="height">Tile height.</param>
    /// <param name="width">Tile width.</param>
    /// <returns>Every output of <see cref="EncoderTensors"/>.</returns>
    public IReadOnlyList<NamedTensor> Encode(float[] pixels, int tiles, int height, int width)
    {
        var manifest = model.Manifest.Encoder ?? throw new InvalidOperationException("The model has no encoder.");
        using var pixelValues = OrtValue.CreateTensorValueFromMemory(pixels, [tiles, 3, height, width]);
        using var positions = EncoderInputs.Positions(manifest, tiles, height, width);
        return Run(_encoder.Value, [EncoderTensors.PixelValues, EncoderTensors.PositionIds], [pixelValues, positions]);
    }

    /// <summary>Runs one prompt.</summary>
    /// <param name="embeddings"><c>[1, tokens, hidden]</c></param>
    /// <returns>Every output of <see cref="DecoderTensors"/>' inspection form.</returns>
    public IReadOnlyList<NamedTensor> Decode(float[] embeddings)
    {
        var hidden = model.Manifest.Decoder!.HiddenSize;
        using var input = OrtValue.CreateTensorValueFromMemory(embeddings, [1, embeddings.Length / hidden, hidden]);
        return Run(_decoder.Value, [DecoderTensors.Embeddings], [input]);
    }

    public void Dispose()
    {
        if (_encoder.IsValueCreated)
        {
            _encoder.Value.Dispose();
        }

        if (_decoder.IsValueCreated)
        {
            _decoder.Value.Dispose();
        }
    }

    private static List<NamedTensor> Run(InferenceSession session, string[] names, OrtValue[] inputs)
    {
        using var options = new RunOptions();
        using var outputs = session.Run(options, names, inputs, session.OutputNames);
        var tensors = new List<NamedTensor>(outputs.Count);
        for (var i = 0; i < outputs.Count; i++)
        {
            tensors.Add(new NamedTensor(session.OutputNames[i], outputs[i].GetTensorTypeAndShape().Shape, outputs[i].GetTensorDataAsSpan<float>().ToArray()));
        }

        return tensors;
    }
}
