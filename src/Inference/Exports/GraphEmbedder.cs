using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Exports;

namespace VisionCluster.Inference.Exports;

/// <summary>Runs an export's <c>embed_tokens.onnx</c>.</summary>
internal sealed class GraphEmbedder : ITokenEmbedder
{
    private static readonly string[] InputNames = [ExportTensors.InputIds];
    private static readonly string[] OutputNames = [ExportTensors.Embeddings];

    private readonly DeviceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly ExportElement _type;
    private readonly int _vocabulary;

    public GraphEmbedder(EmbedderExport export, DecoderManifest decoder, DeviceOptions device)
    {
        (Width, _vocabulary, _type) = (decoder.HiddenSize, decoder.VocabularySize, export.Embeddings);
        _session = SessionFactory.Open(export.Path, device);
    }

    public int Width { get; }

    public void Embed(ReadOnlySpan<int> tokenIds, Span<float> destination)
    {
        var ids = new long[tokenIds.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tokenIds[i], (uint)_vocabulary, nameof(tokenIds));
            ids[i] = tokenIds[i];
        }

        using var input = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]);
        using var outputs = _session.Run(_runOptions, InputNames, [input], OutputNames);
        FloatTensor.Read(outputs[0], _type, destination[..(ids.Length * Width)]);
    }

    public void Dispose()
    {
        _session.Dispose();
        _runOptions.Dispose();
    }
}
