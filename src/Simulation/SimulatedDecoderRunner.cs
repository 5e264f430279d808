using System.Runtime.InteropServices;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Simulation;

/// <summary>
/// A language model without weights: the next token is a digest of the whole sequence so far, so a token that is lost, repeated or a
/// neighbour's changes all that follow, and the same prompt is answered alike wherever it runs. What stands for the KV of a position is the
/// digest of everything up to it, so beginnings can be shared, moved and copied. Tokens below 256 are bytes.
/// </summary>
internal sealed class SimulatedDecoderRunner(SimulatedModel model, int slots, int capacity, SimulatedClock clock) : IDecoderRunner
{
    private readonly ulong[][] _slots = [.. Enumerable.Range(0, slots).Select(_ => new ulong[capacity])]; // [slot][position]
    private readonly float[] _embedding = new float[model.HiddenSize];

    public int HiddenSize => model.HiddenSize;

    public int VocabularySize => SimulatedVocabulary.Size;

    public int SlotCount => slots;

    public int SlotCapacity => capacity;

    public long KvBytesPerToken => sizeof(ulong);

    public bool CanTransfer => true;

    public string KvFormat { get; } = $"simulated/{model.Seed}";

    public void Embed(ReadOnlySpan<int> tokenIds, Span<float> destination)
    {
        destination.Clear();
        for (var i = 0; i < tokenIds.Length; i++)
            destination[i * HiddenSize] = tokenIds[i] + 1;
    }

    public void Prefill(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        var tokens = embeddings.Length / HiddenSize;
        for (var t = 0; t < tokens; t++)
            Append(slot, past + t, embeddings.Slice(t * HiddenSize, HiddenSize));
        if (!logits.IsEmpty)
            Predict(_slots[slot][past + tokens - 1], logits);
        clock.Work(model.Cost.Prefill(tokens));
    }

    public void Decode(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past, Span<float> logits)
    {
        long kvTokens = 0;
        for (var row = 0; row < tokenIds.Length; row++)
        {
            Embed(tokenIds.Slice(row, 1), _embedding);
            Append(row, past[row], _embedding);
            Predict(_slots[row][past[row]], logits.Slice(row * VocabularySize, VocabularySize));
            kvTokens += past[row];
        }

        clock.Work(model.Cost.Decode(tokenIds.Length, kvTokens));
    }

    public void CopySlot(int source, int destination, int tokens) => _slots[source].AsSpan(0, tokens).CopyTo(_slots[destination]);

    public void SwapSlots(int first, int second, int firstTokens, int secondTokens) =>
        (_slots[first], _slots[second]) = (_slots[second], _slots[first]);

    public void ReadKv(int slot, int start, int tokens, Span<byte> destination) =>
        MemoryMarshal.AsBytes(_slots[slot].AsSpan(start, tokens)).CopyTo(destination);

    public void WriteKv(int slot, int start, int tokens, ReadOnlySpan<byte> source) =>
        source.CopyTo(MemoryMarshal.AsBytes(_slots[slot].AsSpan(start, tokens)));

    public void Dispose()
    {
        // It owns nothing.
    }

    private void Append(int slot, int position, ReadOnlySpan<float> embedding) =>
        _slots[slot][position] = TokenDigest.Append(position == 0 ? model.Seed : _slots[slot][position - 1], embedding);

    /// <summary>One token is likely, and others have a chance where temperature gives it to them.</summary>
    private static void Predict(ulong digest, Span<float> logits)
    {
        for (var id = 0; id < logits.Length; id++)
            logits[id] = (digest * (ulong)((2 * id) + 1) >> 40) / (float)(1 << 24) * 4; // [0, 4)
        logits[SimulatedVocabulary.Next(TokenDigest.Mix(digest))] = 8;
    }
}
