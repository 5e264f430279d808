using VisionCluster.Inference.Decoding;
using VisionCluster.Inference.Devices;
using VisionCluster.Models.Compilation;
using VisionCluster.Models.Families;

namespace VisionCluster.Inference.Onnx;

/// <summary>
/// Graphs with our own attention: a run is any tokens of any slots, one sequence's behind the other's. Steps and guesses that are checked
/// have bindings of their own, so that they allocate nothing.
/// </summary>
internal sealed class PackedDecoderRunner : OnnxDecoderRunner
{
    private readonly PackedBinding?[] _steps; // by sequences with one token each
    private readonly PackedBinding?[] _checks = new PackedBinding?[MaxLogitRows + 1]; // of one sequence, by tokens
    private readonly PackedBinding _any;

    public PackedDecoderRunner(CompiledModel model, DeviceOptions device, int slots, int capacity, int maxChunkTokens, KvPrecision precision)
        : base(model, device, slots, capacity, maxChunkTokens, precision)
    {
        _steps = new PackedBinding?[slots + 1];
        _any = new PackedBinding(Session, Kv, Buffers);
    }

    // A prompt whose tokens look both ways has a graph of its own.
    public override bool MixesRuns => !BidirectionalPrefix;

    public override void Extend(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits) =>
        Run([new SlotRun(slot, past, embeddings.Length / HiddenSize, logits.Length / VocabularySize)], embeddings, logits);

    public override void Decode(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past, Span<float> logits)
    {
        for (var row = 0; row < tokenIds.Length; row++)
        {
            Load(row, row, new SlotRun(row, past[row], 1, 1));
            Buffers.Rows.Span[row] = row;
        }

        Embed(tokenIds, Buffers.Embeddings.Span);
        Run(tokenIds.Length, tokenIds.Length, tokenIds.Length, logits);
    }

    public override void Run(ReadOnlySpan<SlotRun> runs, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        var (tokens, rows) = (0, 0);
        for (var i = 0; i < runs.Length; i++)
        {
            Load(i, tokens, runs[i]);
            tokens += runs[i].Tokens;
            for (var row = tokens - runs[i].LogitRows; row < tokens; row++)
            {
                Buffers.Rows.Span[rows++] = row;
            }
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(embeddings.Length, tokens * HiddenSize);
        embeddings.CopyTo(Buffers.Embeddings.Span);
        Run(runs.Length, tokens, rows, logits);
    }

    private protected override void DisposeBindings()
    {
        foreach (var binding in _steps.Concat(_checks).Append(_any))
        {
            binding?.Dispose();
        }
    }

    private void Load(int index, int before, SlotRun run)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(run.Tokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(run.Past, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(run.Past + run.Tokens, SlotCapacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(run.LogitRows, Math.Min(run.Tokens, MaxLogitRows));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((before + run.Tokens) * HiddenSize, Buffers.Embeddings.Span.Length);
        var fields = Buffers.Runs.Span.Slice(index * DecoderTensors.SlotRunFields, DecoderTensors.SlotRunFields);
        (fields[0], fields[1], fields[2]) = (run.Slot, run.Past, run.Tokens);
    }

    private void Run(int sequences, int tokens, int rows, Span<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, rows * VocabularySize);
        var binding = rows != tokens ? _any
            : sequences == tokens ? _steps[tokens] ??= new PackedBinding(Session, Kv, Buffers)
            : sequences == 1 ? _checks[tokens] ??= new PackedBinding(Session, Kv, Buffers)
            : _any;
        binding.Run(RunOptions, sequences, tokens, rows);
        Buffers.Logits.Span[..logits.Length].CopyTo(logits);
    }
}
