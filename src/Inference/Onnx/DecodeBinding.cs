using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// Everything that a step over slots 0..n−1 binds, with the logits of every token: built once for each shape. Several sequences have one new
/// token each; several new tokens of one sequence are a guess that is checked.
/// </summary>
internal sealed class DecodeBinding : IDisposable
{
    private readonly List<OrtValue> _owned = [];

    public DecodeBinding(DeviceSession session, KvMemory kv, RunBuffers buffers, int sequences, int tokens)
    {
        var rows = sequences * tokens;
        Binding = session.CreateIoBinding();
        Input(DecoderTensors.Embeddings, buffers.Embeddings.View(TensorElementType.Float, sequences, tokens, buffers.HiddenSize));
        Input(DecoderTensors.SequenceLengths, buffers.Lengths.View(TensorElementType.Int32, sequences));
        Input(DecoderTensors.TotalLength, buffers.Total.View(TensorElementType.Int32, 1));
        Input(DecoderTensors.LogitRows, buffers.Rows.View(TensorElementType.Int64, rows));
        var logits = buffers.Logits.View(TensorElementType.Float, rows, buffers.VocabularySize);
        _owned.Add(logits);
        Binding.BindOutput(DecoderTensors.Logits, logits);
        KvBinding.Bind(Binding, kv, 0, sequences, _owned);
    }

    public OrtIoBinding Binding { get; }

    public void Dispose()
    {
        Binding.Dispose();
        _owned.ForEach(value => value.Dispose());
    }

    private void Input(string name, OrtValue value)
    {
        _owned.Add(value);
        Binding.BindInput(name, value);
    }
}
