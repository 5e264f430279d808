using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>Everything that a decode step over slots 0..rows−1 binds: built once for each batch size.</summary>
internal sealed class DecodeBinding : IDisposable
{
    private readonly List<OrtValue> _owned = [];

    public DecodeBinding(InferenceSession session, KvMemory kv, RunBuffers buffers, int rows)
    {
        Binding = session.CreateIoBinding();
        Input(DecoderTensors.Embeddings, buffers.Embeddings.View(TensorElementType.Float, rows, 1, buffers.HiddenSize));
        Input(DecoderTensors.SequenceLengths, buffers.Lengths.View(TensorElementType.Int32, rows));
        Input(DecoderTensors.TotalLength, buffers.Total.View(TensorElementType.Int32, 1));
        Input(DecoderTensors.LogitRows, buffers.Rows.View(TensorElementType.Int64, rows));
        var logits = buffers.Logits.View(TensorElementType.Float, rows, buffers.VocabularySize);
        _owned.Add(logits);
        Binding.BindOutput(DecoderTensors.Logits, logits);
        KvBinding.Bind(Binding, kv, 0, rows, _owned);
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
