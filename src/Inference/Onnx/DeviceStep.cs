using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>A step of one new token for each of slots 0..n−1, bound to memory of the device: built once for each n.</summary>
internal sealed class DeviceStep : IDisposable
{
    private readonly DeviceSession _session;
    private readonly DeviceBuffers _device;
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _bound = [];
    private readonly OrtValue[] _written; // in main memory
    private readonly OrtValue[] _read; // their like on the device

    public DeviceStep(DeviceSession session, KvMemory kv, RunBuffers host, DeviceBuffers device, int rows)
    {
        (_session, _device) = (session, device);
        _written = [host.Embeddings.View(TensorElementType.Float, rows, 1, host.HiddenSize), host.Lengths.View(TensorElementType.Int32, rows)];
        _read = [device.Embeddings(rows), device.Lengths(rows)];
        _binding = session.CreateIoBinding();
        Input(DecoderTensors.Embeddings, _read[0]);
        Input(DecoderTensors.SequenceLengths, _read[1]);
        Input(DecoderTensors.TotalLength, host.Total.View(TensorElementType.Int32, 1)); // attention reads it in main memory
        Input(DecoderTensors.LogitRows, device.Rows(rows));
        var logits = device.Logits(rows);
        _bound.Add(logits);
        _binding.BindOutput(DecoderTensors.Logits, logits);
        KvBinding.Bind(_binding, kv, 0, rows, _bound);
    }

    /// <summary>All that is bound: what a captured graph reads and writes.</summary>
    public IReadOnlyList<OrtValue> Bound => _bound;

    /// <summary>Copies the inputs to the device and runs.</summary>
    public void Run(RunOptions options)
    {
        _device.Copy(_written, _read);
        _session.RunWithBinding(options, _binding);
    }

    public void Dispose()
    {
        _binding.Dispose();
        _bound.ForEach(value => value.Dispose());
        Array.ForEach(_written, value => value.Dispose());
    }

    private void Input(string name, OrtValue value)
    {
        _bound.Add(value);
        _binding.BindInput(name, value);
    }
}
