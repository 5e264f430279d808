using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Exports;

namespace VisionCluster.Inference.Exports;

/// <summary>
/// Runs a ready-made decoder graph whose keys and values come in and go out with every run: the plainer path. Rows run one by one, each
/// exactly as it would alone.
/// </summary>
internal sealed class ExportDecoderRunner : IDecoderRunner
{
    private readonly DecoderExport _export;
    private readonly DeviceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _runOptions = new();
    private readonly ITokenEmbedder _embedder;
    private readonly ConcatKvShape _shape;
    private readonly ConcatKvPool _kv;
    private readonly DecoderInputs _inputs;
    private readonly float[] _row;

    public ExportDecoderRunner(CompiledModel model, DeviceOptions device, int slots, int capacity)
    {
        var (decoder, export) = (model.Manifest.Decoder!, model.Export!);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, decoder.MaxPositions);
        (_export, VocabularySize, SlotCapacity) = (export.Decoder, decoder.VocabularySize, capacity);
        _session = SessionFactory.Open(_export.Path, device);
        _binding = _session.CreateIoBinding();
        _embedder = export.Embedder is { } table ? new GraphEmbedder(table, decoder, device) : new IdRows(VocabularySize);
        _shape = Shape(model, capacity);
        _kv = new ConcatKvPool(_shape, slots);
        _inputs = new DecoderInputs(_export, _embedder.Width, capacity);
        _row = new float[_embedder.Width];
    }

    public int HiddenSize => _embedder.Width;

    public int VocabularySize { get; }

    public int SlotCount => _kv.Slots;

    public int SlotCapacity { get; }

    public long KvBytesPerToken => _shape.BytesPerToken;

    public static ConcatKvShape Shape(CompiledModel model, int capacity)
    {
        var decoder = model.Manifest.Decoder!;
        var bytes = model.Export!.Decoder.Cache == ExportElement.Float16 ? sizeof(ushort) : sizeof(float);
        return new ConcatKvShape(2 * decoder.Layers, decoder.KvHeads, capacity, decoder.HeadDim, bytes);
    }

    public void Embed(ReadOnlySpan<int> tokenIds, Span<float> destination) => _embedder.Embed(tokenIds, destination);

    public void Prefill(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        var tokens = embeddings.Length / HiddenSize;
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(past + tokens, SlotCapacity);
        var step = _export.CacheBranch && past > 0 ? 1 : tokens;
        for (var done = 0; done < tokens; done += step)
        {
            var last = done + step == tokens;
            Run(slot, past + done, embeddings.Slice(done * HiddenSize, step * HiddenSize), last ? logits : []);
        }
    }

    public void Decode(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past, Span<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokenIds.Length, 1);
        for (var row = 0; row < tokenIds.Length; row++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(past[row], 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(past[row], SlotCapacity);
            _embedder.Embed(tokenIds.Slice(row, 1), _row);
            Run(row, past[row], _row, logits.Slice(row * VocabularySize, VocabularySize));
        }
    }

    public void CopySlot(int source, int destination, int tokens) => _kv.Copy(source, destination, tokens);

    public void SwapSlots(int first, int second, int firstTokens, int secondTokens) => _kv.Swap(first, second);

    public void Dispose()
    {
        _binding.Dispose();
        _session.Dispose();
        _runOptions.Dispose();
        _embedder.Dispose();
        _kv.Dispose();
    }

    private void Run(int slot, int past, ReadOnlySpan<float> rows, Span<float> logits)
    {
        var total = past + (rows.Length / HiddenSize);
        _kv.Truncate(slot, past);
        var bound = new List<OrtValue>();
        using var call = CaptureGate.Enter(_session.Device);
        try
        {
            // Anew for each run, or the last run's tensor would have to fit.
            _binding.BindOutputToDevice(ExportTensors.Logits, OrtMemoryInfo.DefaultInstance);
            _inputs.Bind(_binding, past, rows, bound);
            for (var plane = 0; plane < _shape.Planes; plane++)
            {
                var (before, after) = (_kv.Past(slot, plane), _kv.Present(plane, total));
                bound.AddRange([before, after]);
                _binding.BindInput(ExportTensors.Past(plane), before);
                _binding.BindOutput(ExportTensors.Present(plane), after);
            }

            _session.RunWithBinding(_runOptions, _binding);
            _kv.Commit(slot, total);
            if (!logits.IsEmpty)
            {
                // Bound first, so it comes first.
                using var outputs = _binding.GetOutputValues();
                FloatTensor.ReadLast(outputs[0], _export.Logits, logits);
            }
        }
        finally
        {
            bound.ForEach(value => value.Dispose());
        }
    }
}
