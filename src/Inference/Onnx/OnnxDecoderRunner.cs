using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Inference.Onnx;

/// <summary>Runs a compiled decoder graph over a slot-packed key-value pool, with every buffer and binding prepared once.</summary>
internal sealed class OnnxDecoderRunner : IDecoderRunner
{
    private const int MaxLogitRows = 16;

    private readonly InferenceSession _session;
    private readonly InferenceSession? _prefix;
    private readonly EmbeddingTable _table;
    private readonly KvMemory _kv;
    private readonly RunOptions _runOptions = new();
    private readonly DecodeBinding?[] _decode;
    private readonly PrefillBinding?[] _prefill;
    private readonly PrefillBinding?[] _prefixPrefill;
    private readonly DecodeBinding?[] _checks = new DecodeBinding?[MaxLogitRows + 1]; // of slot 0, by tokens
    private readonly RunBuffers _buffers;

    public OnnxDecoderRunner(
        CompiledModel model, DeviceOptions device, int slots, int capacity, int maxChunkTokens, KvPrecision precision = KvPrecision.Fp32)
    {
        var decoder = model.Manifest.Decoder ?? throw new InvalidOperationException("The model has no decoder.");
        (HiddenSize, VocabularySize, SlotCount, SlotCapacity) = (decoder.HiddenSize, decoder.VocabularySize, slots, capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, decoder.MaxPositions);
        IsExact = decoder is { HasSlotAttention: true, BidirectionalPrefix: false } && precision != KvPrecision.Int8;
        KeepsAnswersPrivate = !IsExact && (precision == KvPrecision.Int8 || model.Manifest.Precision != ModelPrecision.Fp32.Name());
        var scales = precision == KvPrecision.Int8 ? KvCalibration.Measure(model, device) : null;
        _session = scales is null ? SessionFactory.Open(model.GraphPath(precision == KvPrecision.Fp16 ? GraphKind.DecoderHalfCache : GraphKind.Decoder), device, spins: true)
            : AttentionKernels.WithoutFlash(() => SessionFactory.Open(model.GraphPath(GraphKind.DecoderEightBitCache), device, spins: true));
        _prefix = decoder.BidirectionalPrefix ? SessionFactory.Open(model.GraphPath(GraphKind.DecoderPrefix), device) : null;
        _table = new EmbeddingTable(model);
        _kv = KvMemory.Create(new KvShape(decoder.Layers, slots, decoder.KvHeads, capacity, decoder.HeadDim, precision), device, _session, scales);
        _buffers = new RunBuffers(
            Math.Max(slots, MaxLogitRows),
            Math.Max(Math.Max(slots, MaxLogitRows), BidirectionalPrefix ? capacity : maxChunkTokens),
            HiddenSize,
            VocabularySize);
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

    // ONNX Runtime's attention over a single new token multiplies by another kernel (a row vector) than over several, which all agree to the
    // last bit; our own is the same for all.
    // Our own attention is the same for every cut. ONNX Runtime's over a single new token multiplies by another kernel (a row vector) than over
    // several, which all agree to the last bit.
    public bool IsExact { get; }

    public int MinExactChunk => IsExact ? 1 : 2;

    public bool KeepsAnswersPrivate { get; }

    public int LogitRows => MaxLogitRows;

    public int PageTokens => _kv.PageTokens;

    public bool CanTransfer => _kv.CanTransfer;

    internal KvMemory Kv => _kv;

    public void Embed(ReadOnlySpan<int> tokenIds, Span<float> destination) => _table.Lookup(tokenIds, destination);

    public void Prefill(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        var (tokens, rows) = Load(past, embeddings, logits.Length);
        var binding = past == 0 && _prefix is not null
            ? _prefixPrefill[slot] ??= new PrefillBinding(_prefix, _kv, _buffers, slot, withLengths: false)
            : _prefill[slot] ??= new PrefillBinding(_session, _kv, _buffers, slot, withLengths: true);
        binding.Run(_runOptions, tokens, rows);
        _buffers.Logits.Span[..logits.Length].CopyTo(logits);
    }

    public void Extend(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        var (tokens, rows) = Load(past, embeddings, logits.Length);
        if (slot == 0 && rows == tokens)
        {
            var check = _checks[tokens] ??= new DecodeBinding(_session, _kv, _buffers, sequences: 1, tokens);
            _session.RunWithBinding(_runOptions, check.Binding);
        }
        else
        {
            var binding = _prefill[slot] ??= new PrefillBinding(_session, _kv, _buffers, slot, withLengths: true);
            binding.Run(_runOptions, tokens, rows);
        }

        _buffers.Logits.Span[..logits.Length].CopyTo(logits);
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
        var binding = _decode[tokenIds.Length] ??= new DecodeBinding(_session, _kv, _buffers, tokenIds.Length, tokens: 1);
        _session.RunWithBinding(_runOptions, binding.Binding);
        _buffers.Logits.Span[..(tokenIds.Length * VocabularySize)].CopyTo(logits);
    }

    public void CopySlot(int source, int destination, int tokens) => _kv.Copy(source, destination, tokens);

    public void SwapSlots(int first, int second, int firstTokens, int secondTokens) =>
        _kv.Swap(first, second, Math.Max(firstTokens, secondTokens));

    public void ReadKv(int slot, int start, int tokens, Span<byte> destination) => _kv.Read(slot, start, tokens, destination);

    public void WriteKv(int slot, int start, int tokens, ReadOnlySpan<byte> source) => _kv.Write(slot, start, tokens, source);

    public void Trim(int slot, int tokens) => _kv.Trim(slot, tokens);

    public void Dispose()
    {
        foreach (var binding in _decode.Concat(_checks))
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

    /// <summary>Writes a chunk's inputs; returns its tokens and how many rows of logits it is to return.</summary>
    private (int Tokens, int Rows) Load(int past, ReadOnlySpan<float> embeddings, int logits)
    {
        var (tokens, rows) = (embeddings.Length / HiddenSize, logits / VocabularySize);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(past + tokens, SlotCapacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, Math.Min(tokens, MaxLogitRows));
        embeddings.CopyTo(_buffers.Embeddings.Span);
        _buffers.Lengths.Span[0] = past + tokens - 1;
        _buffers.Total.Span[0] = past + tokens;
        for (var row = 0; row < rows; row++)
        {
            _buffers.Rows.Span[row] = tokens - rows + row;
        }

        return (tokens, rows);
    }
}
