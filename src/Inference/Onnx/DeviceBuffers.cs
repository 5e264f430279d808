using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Inference.Devices;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// Inputs and outputs of decode steps in a device's memory, allocated once for all slots. ONNX Runtime copies an input of main memory when it is
/// bound, not when it is run, and nothing at all when it replays a captured graph: so steps copy by themselves, to addresses that stay.
/// </summary>
internal sealed class DeviceBuffers : IDisposable
{
    private readonly DeviceMemory _memory;
    private readonly RunBuffers _host;
    private readonly nint _embeddings;
    private readonly nint _lengths;
    private readonly nint _rows;
    private readonly nint _logits;

    public DeviceBuffers(DeviceSession session, RunBuffers host, int slots)
    {
        (_memory, _host) = (new DeviceMemory(session), host);
        _embeddings = _memory.Allocate(TensorElementType.Float, slots, host.HiddenSize);
        _lengths = _memory.Allocate(TensorElementType.Int32, slots);
        _rows = _memory.Allocate(TensorElementType.Int64, slots);
        _logits = _memory.Allocate(TensorElementType.Float, slots, host.VocabularySize);
        for (var row = 0; row < slots; row++)
        {
            host.Rows.Span[row] = row;
        }

        // A step wants the logits of all its rows, in their order.
        using var wanted = host.Rows.View(TensorElementType.Int64, slots);
        using var rows = Rows(slots);
        Copy([wanted], [rows]);
    }

    public OrtValue Embeddings(int rows) => Floats(_embeddings, rows, 1, _host.HiddenSize);

    public OrtValue Lengths(int rows) => _memory.View(_lengths, TensorElementType.Int32, [rows], (long)rows * sizeof(int));

    public OrtValue Rows(int rows) => _memory.View(_rows, TensorElementType.Int64, [rows], (long)rows * sizeof(long));

    public OrtValue Logits(int rows) => Floats(_logits, rows, _host.VocabularySize);

    public void Copy(OrtValue[] from, OrtValue[] to) => _memory.Copy(from, to);

    public void Dispose() => _memory.Dispose();

    private OrtValue Floats(nint address, params long[] dimensions) =>
        _memory.View(address, TensorElementType.Float, dimensions, dimensions.Aggregate((long)sizeof(float), (bytes, side) => bytes * side));
}
