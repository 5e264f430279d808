using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// What prefilling one slot binds. The slot's planes stay bound; the chunk is bound anew for each run, with its length: what a GPU reads is copied
/// to it when it is bound.
/// </summary>
internal sealed class PrefillBinding : IDisposable
{
    private readonly DeviceSession _session;
    private readonly RunBuffers _buffers;
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _owned = [];
    private readonly OrtValue? _lengths;

    /// <param name="session">The decoder's serving or prefix graph.</param>
    /// <param name="kv">The pool.</param>
    /// <param name="buffers">Inputs and outputs.</param>
    /// <param name="slot">The slot to write.</param>
    /// <param name="withLengths">Whether the graph takes lengths of what is cached: the prefix graph always begins an empty slot.</param>
    public PrefillBinding(DeviceSession session, KvMemory kv, RunBuffers buffers, int slot, bool withLengths)
    {
        (_session, _buffers) = (session, buffers);
        _binding = session.CreateIoBinding();
        KvBinding.Bind(_binding, kv, slot, 1, _owned);
        if (!withLengths)
        {
            return;
        }

        _lengths = buffers.Lengths.View(TensorElementType.Int32, 1);
        var total = buffers.Total.View(TensorElementType.Int32, 1);
        _owned.AddRange([_lengths, total]);
        _binding.BindInput(DecoderTensors.TotalLength, total); // attention reads it in main memory
    }

    /// <param name="options">Run options.</param>
    /// <param name="tokens">Tokens of the chunk.</param>
    /// <param name="rows">Rows whose logits are wanted.</param>
    public void Run(RunOptions options, int tokens, int rows)
    {
        using var embeddings = _buffers.Embeddings.View(TensorElementType.Float, 1, tokens, _buffers.HiddenSize);
        using var wanted = _buffers.Rows.View(TensorElementType.Int64, rows);
        using var logits = _buffers.Logits.View(TensorElementType.Float, rows, _buffers.VocabularySize);
        _binding.BindInput(DecoderTensors.Embeddings, embeddings);
        _binding.BindInput(DecoderTensors.LogitRows, wanted);
        if (_lengths is not null)
        {
            _binding.BindInput(DecoderTensors.SequenceLengths, _lengths);
        }

        _binding.BindOutput(DecoderTensors.Logits, logits);
        _session.RunWithBinding(options, _binding);
    }

    public void Dispose()
    {
        _binding.Dispose();
        _owned.ForEach(value => value.Dispose());
    }
}
