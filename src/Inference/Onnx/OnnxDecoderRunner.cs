using Microsoft.ML.OnnxRuntime;
using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// Runs a compiled decoder graph over a pool of key-value slots, with every buffer and most bindings prepared once. What a run looks like
/// depends on the graph's attention: <see cref="PackedDecoderRunner"/> with our own, <see cref="BatchDecoderRunner"/> with ONNX Runtime's, and
/// with that on a GPU <see cref="DeviceDecoderRunner"/>.
/// </summary>
internal abstract class OnnxDecoderRunner : IDecoderRunner
{
    private protected const int MaxLogitRows = 16;

    private readonly DeviceSession? _prefix;
    private readonly EmbeddingTable _table;
    private readonly PrefillBinding?[] _prefixPrefill;

    private protected OnnxDecoderRunner(CompiledModel model, DeviceOptions device, int slots, int capacity, int maxChunkTokens, KvPrecision precision)
    {
        var decoder = model.Manifest.Decoder ?? throw new InvalidOperationException("The model has no decoder.");
        (HiddenSize, VocabularySize, SlotCount, SlotCapacity) = (decoder.HiddenSize, decoder.VocabularySize, slots, capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, decoder.MaxPositions);
        IsExact = decoder is { HasSlotAttention: true, BidirectionalPrefix: false } && precision != KvPrecision.Int8;
        KeepsAnswersPrivate = !IsExact && (precision == KvPrecision.Int8 || model.Manifest.Precision != ModelPrecision.Fp32.Name());
        var scales = precision == KvPrecision.Int8 ? KvCalibration.Measure(model, device) : null;
        Session = scales is null ? SessionFactory.Open(model.GraphPath(precision == KvPrecision.Fp16 && !decoder.IsHalf ? GraphKind.DecoderHalfCache : GraphKind.Decoder), device, spins: true, captures: device.CudaGraphs)
            : AttentionKernels.WithoutFlash(() => SessionFactory.Open(model.GraphPath(GraphKind.DecoderEightBitCache), device, spins: true));
        _prefix = decoder.BidirectionalPrefix ? SessionFactory.Open(model.GraphPath(GraphKind.DecoderPrefix), device) : null;
        _table = new EmbeddingTable(model);
        Kv = KvMemory.Create(new KvShape(decoder.Layers, slots, decoder.KvHeads, capacity, decoder.HeadDim, precision), device, Session, scales);

        // What 8-bit integers mean was measured in this process.
        KvFormat = precision == KvPrecision.Int8 ? ""
            : $"{model.Manifest.Revision}/{model.Manifest.CompilerVersion}/{model.Manifest.Precision}/{precision}/{decoder.Layers}x{decoder.KvHeads}x{decoder.HeadDim}";

        // Rows, and a chunk or a guess beside them.
        Buffers = new RunBuffers(
            Math.Max(slots, MaxLogitRows),
            MaxLogitRows + slots + (BidirectionalPrefix ? capacity : maxChunkTokens),
            HiddenSize,
            VocabularySize);
        _prefixPrefill = new PrefillBinding?[slots];
    }

    public int HiddenSize { get; }

    public int VocabularySize { get; }

    public int SlotCount { get; }

    public int SlotCapacity { get; }

    public bool BidirectionalPrefix => _prefix is not null;

    public long KvBytesPerToken => Kv.Shape.BytesPerToken;

    // Our own attention is the same for every cut. ONNX Runtime's over a single new token multiplies by another kernel (a row vector) than over
    // several, which all agree to the last bit.
    public bool IsExact { get; }

    public int MinExactChunk => IsExact ? 1 : 2;

    public bool KeepsAnswersPrivate { get; }

    public virtual bool MixesRuns => false;

    public int LogitRows => MaxLogitRows;

    public int PageTokens => Kv.PageTokens;

    public bool CanTransfer => Kv.CanTransfer;

    public string KvFormat { get; }

    internal KvMemory Kv { get; }

    private protected DeviceSession Session { get; }

    private protected RunBuffers Buffers { get; }

    private protected RunOptions RunOptions { get; } = new();

    public static OnnxDecoderRunner Open(
        CompiledModel model, DeviceOptions device, int slots, int capacity, int maxChunkTokens, KvPrecision precision = KvPrecision.Fp32) =>
        device.Kind == DeviceKind.Cuda ? new DeviceDecoderRunner(model, device, slots, capacity, maxChunkTokens, precision)
            : model.Manifest.Decoder is { HasSlotAttention: true } && precision != KvPrecision.Int8
            ? new PackedDecoderRunner(model, device, slots, capacity, maxChunkTokens, precision)
            : new BatchDecoderRunner(model, device, slots, capacity, maxChunkTokens, precision);

    public void Embed(ReadOnlySpan<int> tokenIds, Span<float> destination) => _table.Lookup(tokenIds, destination);

    public virtual void Prefill(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        if (past > 0 || _prefix is null)
        {
            Extend(slot, past, embeddings, logits);
            return;
        }

        var (tokens, rows) = Load(past, embeddings, logits.Length);
        var binding = _prefixPrefill[slot] ??= new PrefillBinding(_prefix, Kv, Buffers, slot, withLengths: false);
        binding.Run(RunOptions, tokens, rows);
        Buffers.Logits.Span[..logits.Length].CopyTo(logits);
    }

    public abstract void Extend(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits);

    public abstract void Decode(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past, Span<float> logits);

    public virtual void Run(ReadOnlySpan<SlotRun> runs, ReadOnlySpan<float> embeddings, Span<float> logits) => throw new NotSupportedException();

    public virtual void CopySlot(int source, int destination, int tokens) => Kv.Copy(source, destination, tokens);

    public virtual void SwapSlots(int first, int second, int firstTokens, int secondTokens) =>
        Kv.Swap(first, second, Math.Max(firstTokens, secondTokens));

    public void ReadKv(int slot, int start, int tokens, Span<byte> destination) => Kv.Read(slot, start, tokens, destination);

    public virtual void WriteKv(int slot, int start, int tokens, ReadOnlySpan<byte> source) => Kv.Write(slot, start, tokens, source);

    public void Trim(int slot, int tokens) => Kv.Trim(slot, tokens);

    public void Dispose()
    {
        DisposeBindings();
        foreach (var binding in _prefixPrefill)
        {
            binding?.Dispose();
        }

        RunOptions.Dispose();
        Kv.Dispose();
        Session.Dispose();
        _prefix?.Dispose();
        Buffers.Dispose();
        _table.Dispose();
    }

    private protected abstract void DisposeBindings();

    /// <summary>Writes the inputs of a step with one token for each of slots 0..n−1; returns the longest sequence with its new token.</summary>
    private protected int LoadRows(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past)
    {
        // An empty batch kills the process inside GroupQueryAttention.
        ArgumentOutOfRangeException.ThrowIfLessThan(tokenIds.Length, 1);
        var longest = 0;
        for (var row = 0; row < tokenIds.Length; row++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(past[row], 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(past[row], SlotCapacity);
            longest = Math.Max(longest, past[row]);
            Buffers.Lengths.Span[row] = past[row];
        }

        Embed(tokenIds, Buffers.Embeddings.Span);
        return longest + 1;
    }

    /// <summary>Writes a chunk's inputs; returns its tokens and how many rows of logits it is to return.</summary>
    private protected (int Tokens, int Rows) Load(int past, ReadOnlySpan<float> embeddings, int logits)
    {
        var (tokens, rows) = (embeddings.Length / HiddenSize, logits / VocabularySize);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(past + tokens, SlotCapacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, Math.Min(tokens, MaxLogitRows));
        embeddings.CopyTo(Buffers.Embeddings.Span);
        Buffers.Lengths.Span[0] = past + tokens - 1;
        Buffers.Total.Span[0] = past + tokens;
        for (var row = 0; row < rows; row++)
        {
            Buffers.Rows.Span[row] = tokens - rows + row;
        }

        return (tokens, rows);
    }
}
