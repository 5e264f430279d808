using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Devices;
using VisionCluster.Inference.Onnx;
using VisionCluster.Models;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Inspection;

/// <summary>
/// Runs the inspection graphs of a model: every layer's output, attention weights, and logits at every position. Sessions open when first
/// needed. Each run fetches the outputs that <c>wanted</c> accepts; without it, all but attention weights, which grow with the square of
/// the tokens.
/// </summary>
public sealed class ModelInspector(CompiledModel model, DeviceOptions device) : IDisposable
{
    private readonly Dictionary<GraphKind, DeviceSession> _sessions = [];

    /// <summary>Encodes tiles of a vision-language model.</summary>
    /// <param name="pixels"><c>[tiles, 3, height, width]</c></param>
    /// <param name="tiles">Tiles.</param>
    /// <param name="height">Tile height.</param>
    /// <param name="width">Tile width.</param>
    /// <param name="mask"><c>[tiles, height, width]</c>, 0 on padding; null where every pixel is real.</param>
    /// <param name="wanted">Outputs to fetch, by name.</param>
    /// <returns>Outputs of <see cref="EncoderTensors"/>.</returns>
    public IReadOnlyList<NamedTensor> Encode(
        float[] pixels, int tiles, int height, int width, byte[]? mask = null, Predicate<string>? wanted = null)
    {
        var manifest = model.Manifest.Encoder ?? throw new InvalidOperationException("The model has no encoder.");
        using var inputs = new EncoderInputs(manifest, pixels, tiles, height, width, mask);
        return Run(GraphKind.EncoderInspection, inputs.Names, inputs.Values, wanted);
    }

    /// <summary>Runs one prompt.</summary>
    /// <param name="embeddings"><c>[1, tokens, hidden]</c></param>
    /// <param name="wanted">Outputs to fetch, by name.</param>
    /// <returns>Outputs of <see cref="DecoderTensors"/>' inspection form.</returns>
    public IReadOnlyList<NamedTensor> Decode(float[] embeddings, Predicate<string>? wanted = null)
    {
        var hidden = model.Manifest.Decoder!.HiddenSize;
        using var input = OrtValue.CreateTensorValueFromMemory(embeddings, [1, embeddings.Length / hidden, hidden]);
        return Run(GraphKind.DecoderInspection, [DecoderTensors.Embeddings], [input], wanted);
    }

    /// <summary>Runs images of the model's size through a vision encoder that classifies or embeds.</summary>
    /// <param name="pixels"><c>[images, 3, height, width]</c></param>
    /// <param name="wanted">Outputs to fetch, by name.</param>
    /// <returns>Outputs of <see cref="EncoderTensors"/>, and features by <see cref="FeatureNames"/>.</returns>
    public IReadOnlyList<NamedTensor> EncodeImages(float[] pixels, Predicate<string>? wanted = null)
    {
        var manifest = model.Manifest.Vision ?? throw new InvalidOperationException("The model has no vision encoder.");
        var images = pixels.Length / (3 * manifest.Height * manifest.Width);
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [images, 3, manifest.Height, manifest.Width]);
        return Run(GraphKind.VisionEncoderInspection, [EncoderTensors.PixelValues], [input], wanted);
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }
    }

    /// <summary>What a graph shows; empty for one that the model does not have.</summary>
    internal IReadOnlyList<string> OutputNames(GraphKind kind) => File.Exists(model.GraphPath(kind)) ? Open(kind).OutputNames : [];

    /// <summary>Runs texts through a text encoder.</summary>
    internal IReadOnlyList<NamedTensor> EncodeTexts(TextBatch batch, Predicate<string>? wanted = null)
    {
        var manifest = model.Manifest.Text ?? throw new InvalidOperationException("The model has no text encoder.");
        using var inputs = new TextInputs(manifest, batch);
        return Run(GraphKind.TextEncoderInspection, inputs.Names, inputs.Values, wanted);
    }

    private static bool IsNotAttention(string name) => !name.Contains("_attention", StringComparison.Ordinal);

    private List<NamedTensor> Run(
        GraphKind kind, IReadOnlyCollection<string> names, IReadOnlyCollection<OrtValue> inputs, Predicate<string>? wanted)
    {
        var session = Open(kind);
        var fetched = session.OutputNames.Where(name => (wanted ?? IsNotAttention)(name)).ToList();
        using var options = new RunOptions();
        using var outputs = session.Run(options, names, inputs, fetched);
        var tensors = new List<NamedTensor>(outputs.Count);
        for (var i = 0; i < outputs.Count; i++)
        {
            var (shape, values) = (outputs[i].GetTensorTypeAndShape().Shape, outputs[i].GetTensorDataAsSpan<float>().ToArray());
            tensors.Add(new NamedTensor(fetched[i], shape, values));
        }

        return tensors;
    }

    private DeviceSession Open(GraphKind kind)
    {
        if (model.Export is not null)
        {
            throw new ModelException($"{model.Name} is a ready-made ONNX export, which shows no layers; its safetensors do.");
        }

        lock (_sessions)
        {
            return _sessions.TryGetValue(kind, out var session) ? session
                : _sessions[kind] = SessionFactory.Open(model.GraphPath(kind), device);
        }
    }
}
