using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>What runs over packed tokens bind: all slots, and inputs and outputs of the last run's shape, which cost nothing when it comes again.</summary>
internal sealed class PackedBinding : IDisposable
{
    private readonly DeviceSession _session;
    private readonly RunBuffers _buffers;
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _owned = [];
    private (int Sequences, int Tokens, int Rows) _shape = (-1, -1, -1);
    private OrtValue[] _views = [];

    public PackedBinding(DeviceSession session, KvMemory kv, RunBuffers buffers)
    {
        (_session, _buffers, _binding) = (session, buffers, session.CreateIoBinding());
        KvBinding.Bind(_binding, kv, 0, kv.Shape.Slots, _owned);
    }

    /// <param name="options">Run options.</param>
    /// <param name="sequences">Sequences.</param>
    /// <param name="tokens">New tokens of all of them.</param>
    /// <param name="rows">Tokens whose logits are wanted.</param>
    public void Run(RunOptions options, int sequences, int tokens, int rows)
    {
        if (_shape != (sequences, tokens, rows))
        {
            Bind(sequences, tokens, rows);
        }

        _session.RunWithBinding(options, _binding);
    }

    public void Dispose()
    {
        _binding.Dispose();
        Array.ForEach(_views, view => view.Dispose());
        _owned.ForEach(value => value.Dispose());
    }

    private void Bind(int sequences, int tokens, int rows)
    {
        var last = _views;
        _shape = (-1, -1, -1); // should binding fail half-way
        _views =
        [
            _buffers.Embeddings.View(TensorElementType.Float, 1, tokens, _buffers.HiddenSize),
            _buffers.Runs.View(TensorElementType.Int32, sequences, DecoderTensors.SlotRunFields),
            _buffers.Rows.View(TensorElementType.Int64, rows),
            _buffers.Logits.View(TensorElementType.Float, rows, _buffers.VocabularySize),
        ];
        _binding.BindInput(DecoderTensors.Embeddings, _views[0]);
        _binding.BindInput(DecoderTensors.SlotRuns, _views[1]);
        _binding.BindInput(DecoderTensors.LogitRows, _views[2]);
        _binding.BindOutput(DecoderTensors.Logits, _views[3]);
        Array.ForEach(last, view => view.Dispose());
        _shape = (sequences, tokens, rows);
    }
}
