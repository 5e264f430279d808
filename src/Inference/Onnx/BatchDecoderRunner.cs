using VisionCluster.Inference.Devices;
using VisionCluster.Models.Compilation;

namespace VisionCluster.Inference.Onnx;

/// <summary>Graphs with ONNX Runtime's attention on a CPU: a run is a batch of slots 0..n−1 with one new token each, or any number of tokens for one slot.</summary>
internal sealed class BatchDecoderRunner(CompiledModel model, DeviceOptions device, int slots, int capacity, int maxChunkTokens, KvPrecision precision)
    : OnnxDecoderRunner(model, device, slots, capacity, maxChunkTokens, precision)
{
    private readonly DecodeBinding?[] _decode = new DecodeBinding?[slots + 1];
    private readonly PrefillBinding?[] _prefill = new PrefillBinding?[slots];
    private readonly DecodeBinding?[] _checks = new DecodeBinding?[MaxLogitRows + 1]; // of slot 0, by tokens

    public override void Extend(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        var (tokens, rows) = Load(past, embeddings, logits.Length);
        if (slot == 0 && rows == tokens)
        {
            var check = _checks[tokens] ??= new DecodeBinding(Session, Kv, Buffers, sequences: 1, tokens);
            Session.RunWithBinding(RunOptions, check.Binding);
        }
        else
        {
            var binding = _prefill[slot] ??= new PrefillBinding(Session, Kv, Buffers, slot, withLengths: true);
            binding.Run(RunOptions, tokens, rows);
        }

        Buffers.Logits.Span[..logits.Length].CopyTo(logits);
    }

    public override void Decode(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past, Span<float> logits)
    {
        Buffers.Total.Span[0] = LoadRows(tokenIds, past);
        for (var row = 0; row < tokenIds.Length; row++)
        {
            Buffers.Rows.Span[row] = row;
        }

        var binding = _decode[tokenIds.Length] ??= new DecodeBinding(Session, Kv, Buffers, tokenIds.Length, tokens: 1);
        Session.RunWithBinding(RunOptions, binding.Binding);
        Buffers.Logits.Span[..(tokenIds.Length * VocabularySize)].CopyTo(logits);
    }

    private protected override void DisposeBindings()
    {
        foreach (var binding in _decode.Concat(_checks))
        {
            binding?.Dispose();
        }

        foreach (var binding in _prefill)
        {
            binding?.Dispose();
        }
    }
}
