using System.Runtime.InteropServices;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Fakes;

/// <summary>
/// A deterministic language model without weights: the next token is a digest of everything in the slot, so a position that is missing,
/// stale or a neighbour's changes the whole answer. Tokens below 256 are bytes.
/// </summary>
internal sealed class FakeDecoderRunner(int slots, int capacity) : IDecoderRunner
{
    public const int Hidden = 4;
    public const int Vocabulary = 260;

    private readonly ulong[][] _slots = [.. Enumerable.Range(0, slots).Select(_ => new ulong[capacity])];
    private readonly SemaphoreSlim _permits = new(0);
    private volatile bool _held;
    private long _decodeSteps;
    private long _prefilledTokens;

    public int HiddenSize => Hidden;

    public int VocabularySize => Vocabulary;

    public int SlotCount => slots;

    public int SlotCapacity => capacity;

    public long KvBytesPerToken => sizeof(ulong);

    public bool CanTransfer => true;

    public string KvFormat => "fake";

    public long DecodeSteps => Interlocked.Read(ref _decodeSteps);

    public long PrefilledTokens => Interlocked.Read(ref _prefilledTokens);

    /// <summary>The next run throws it.</summary>
    public Exception? Failure { get; set; }

    /// <summary>From now on every run fails.</summary>
    public bool FailAlways { get; set; }

    /// <summary>Runs that failed.</summary>
    public int FailedRuns { get; private set; }

    /// <summary>A run waits for a permit.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>From now on every prefill chunk and decode step needs a permit.</summary>
    public void Hold() => _held = true;

    public void Allow(int runs) => _permits.Release(runs);

    public void Release() => _held = false;

    public void Embed(ReadOnlySpan<int> tokenIds, Span<float> destination)
    {
        destination.Clear();
        for (var i = 0; i < tokenIds.Length; i++)
            destination[i * Hidden] = tokenIds[i] + 1;
    }

    public void Prefill(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        Gate();
        var tokens = embeddings.Length / Hidden;
        Interlocked.Add(ref _prefilledTokens, tokens);
        for (var t = 0; t < tokens; t++)
            _slots[slot][past + t] = Digest(MemoryMarshal.AsBytes(embeddings.Slice(t * Hidden, Hidden)));
        if (!logits.IsEmpty)
            Predict(slot, past + tokens, logits);
    }

    public void Decode(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past, Span<float> logits)
    {
        Gate();
        Interlocked.Increment(ref _decodeSteps);
        Span<float> embedding = stackalloc float[Hidden];
        for (var row = 0; row < tokenIds.Length; row++)
        {
            Embed(tokenIds.Slice(row, 1), embedding);
            _slots[row][past[row]] = Digest(MemoryMarshal.AsBytes(embedding));
            Predict(row, past[row] + 1, logits.Slice(row * Vocabulary, Vocabulary));
        }
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
        // Permits may be given to the end; a semaphore without a wait handle holds nothing.
    }

    // FNV-1a (Fowler, Noll, Vo) with a final mix.
    private static ulong Digest(ReadOnlySpan<byte> bytes)
    {
        var digest = 14695981039346656037UL;
        foreach (var b in bytes)
            digest = (digest ^ b) * 1099511628211UL;
        digest ^= digest >> 33;
        digest *= 0xff51afd7ed558ccdUL;
        return digest ^ (digest >> 33);
    }

    private void Gate()
    {
        while (_held && !_permits.Wait(TimeSpan.FromMilliseconds(10)))
            IsWaiting = true;
        IsWaiting = false;

        var failure = Failure ?? (FailAlways ? new InvalidOperationException("The device fails.") : null);
        if (failure is null)
            return;
        Failure = null;
        FailedRuns++;
        throw failure;
    }

    private void Predict(int slot, int length, Span<float> logits)
    {
        var digest = Digest(MemoryMarshal.AsBytes(_slots[slot].AsSpan(0, length)));
        for (var id = 0; id < logits.Length; id++)
            logits[id] = (uint)(digest * (ulong)((2 * id) + 1) >> 40) / (float)(1 << 24); // [0, 1)
        var next = digest % 97 == 0 ? FakeModelHost.EndOfSequence : digest % 7 == 0 ? ' ' : 'a' + (int)(digest % 26);
        logits[next] = 8;
    }
}
