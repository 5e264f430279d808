using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>Runs a compiled decoder graph over a slot-packed key-value pool, with every buffer and binding prepared once.</summary>
internal sealed class OnnxDecoderRunner : IDecoderRunner
{
    private readonly InferenceSession _session;
    private readonly InferenceSession? _prefix;
    private readonly EmbeddingTable _table;
    private readonly KvMemory _kv;
    private readonly RunOptions _runOptions = new();
    private readonly DecodeBinding?[] _decode;
    private readonly PrefillBinding?[] _prefill;
    private readonly PrefillBinding?[] _prefixPrefill;
    private readonly RunBuffers _buffers;

    public OnnxDecoderRunner(
        CompiledModel model, DeviceOptions device, int slots, int capacity, int maxChunkTokens, KvPrecision precision = KvPrecision.Fp32)
    {
        var decoder = model.Manifest.Decoder ?? throw new InvalidOperationException("The model has no decoder.");
        (HiddenSize, VocabularySize, SlotCount, SlotCapacity) = (decoder.HiddenSize, decoder.VocabularySize, slots, capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, decoder.MaxPositions);
        var scales = precision == KvPrecision.Int8 ? KvCalibration.Measure(model, device) : null;
        _session = scales is null ? SessionFactory.Open(model.GraphPath(GraphKind.Decoder), device)
            : AttentionKernels.WithoutFlash(() => SessionFactory.Open(model.GraphPath(GraphKind.DecoderEightBitCache), device));
        _prefix = decoder.BidirectionalPrefix ? SessionFactory.Open(model.GraphPath(GraphKind.DecoderPrefix), device) : null;
        _table = new EmbeddingTable(model);
        _kv = KvMemory.Create(new KvShape(decoder.Layers, slots, decoder.KvHeads, capacity, decoder.HeadDim, precision), device, _session, scales);
        _buffers = new RunBuffers(slots, Math.Max(slots, BidirectionalPrefix ? capacity : maxChunkTokens), HiddenSize, VocabularySize);
        _decode = new DecodeBinding?[slots + 1];
        _prefill = new PrefillBinding?[slots];
        _prefixPrefill = new PrefillBinding?[slots];
    }

    public int HiddenSize { get; }

    public int VocabularySize { get; }

    public int SlotCount { get; }

    public int SlotCapacity { get; }

    public bool BidirectionalPrefix => _prefix is not null;

    public long KvBytesPerToken => _kv.Shape.BytesPerToken;

    internal KvMemory Kv => _kv;

    public void Embed(ReadOnlySpan<int> tokenIds, Span<float> destination) => _table.Lookup(tokenIds, destination);

    public void Prefill(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        var tokens = embeddings.Length / HiddenSize;
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(past + tokens, SlotCapacity);
        embeddings.CopyTo(_buffers.Embeddings.Span);
        _buffers.Lengths.Span[0] = past + tokens - 1;
        _buffers.Total.Span[0] = past + tokens;
        _buffers.Rows.Span[0] = tokens - 1;
        var binding = past == 0 && _prefix is not null
            ? _prefixPrefill[slot] ??= new PrefillBinding(_prefix, _kv, _buffers, slot, withLengths: false)
            : _prefill[slot] ??= new PrefillBinding(_session, _kv, _buffers, slot, withLengths: true);
        binding.Run(_runOptions, tokens, logits.IsEmpty ? 0 : 1);
        if (!logits.IsEmpty)
        {
            _buffers.Logits.Span[..VocabularySize].CopyTo(logits);
        }
    }

    public void Decode(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past, Span<float> logits)
    {
        // An empty batch kills the process inside GroupQueryAttention.
        ArgumentOutOfRangeException.ThrowIfLessThan(tokenIds.Length, 1);
        var longest = 0;
        for (var row = 0; row < tokenIds.Length; row++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(past[row], 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(past[row], SlotCapacity);
            longest = Math.Max(longest, past[row]);
            _buffers.Lengths.Span[row] = past[row];
            _buffers.Rows.Span[row] = row;
        }

        _table.Lookup(tokenIds, _buffers.Embeddings.Span);
        _buffers.Total.Span[0] = longest + 1;
        var binding = _decode[tokenIds.Length] ??= new DecodeBinding(_session, _kv, _buffers, tokenIds.Length);
        _session.RunWithBinding(_runOptions, binding.Binding);
        _buffers.Logits.Span[..(tokenIds.Length * VocabularySize)].CopyTo(logits);
    }

    public void CopySlot(int source, int destination, int tokens) => _kv.Copy(source, destination, tokens);

    public void SwapSlots(int first, int second, int firstTokens, int secondTokens) =>
        _kv.Swap(first, second, Math.Max(firstTokens, secondTokens));

    public void Dispose()
    {
        foreach (var binding in _decode)
        {
            binding?.Dispose();
        }

        foreach (var binding in _prefill.Concat(_prefixPrefill))
        {
            binding?.Dispose();
        }

        _runOptions.Dispose();
        _session.Dispose();
        _prefix?.Dispose();
        _buffers.Dispose();
        _kv.Dispose();
        _table.Dispose();
    }
}
