using System.Runtime.InteropServices;
using VisionCluster.Inference.Decoding;

namespace VisionCluster.Inference.Tests.Decoding;

/// <summary>
/// A mock model whose logits are a hash of the tokens that are really stored in the slot: any mix-up of slots, positions or embeddings
/// changes the answer. Broken rules are collected, since the engine contains exceptions.
/// </summary>
internal sealed class HistoryRunner(int slots, int capacity, int vocabulary = 32) : IDecoderRunner
{
    /// <summary>A token that no answer holds, for prompts that are to fail.</summary>
    public const int NeverGenerated = 30;

    private readonly ulong[][] _stored = [.. Enumerable.Range(0, slots).Select(_ => new ulong[capacity])];
    private readonly int[] _lengths = new int[slots];
    private readonly int[] _written = new int[slots];

    public int HiddenSize => 2;

    public int VocabularySize => vocabulary;

    public int SlotCount => slots;

    public int SlotCapacity => capacity;

    public bool BidirectionalPrefix { get; init; }

    public long KvBytesPerToken => sizeof(ulong);

    public int LogitRows { get; init; } = 1;

    public bool IsExact { get; init; }

    public bool MixesRuns { get; init; }

    public int MinExactChunk { get; init; } = 1;

    public bool KeepsAnswersPrivate { get; init; }

    public int PageTokens { get; init; }

    public bool CanTransfer => true;

    public string KvFormat { get; init; } = "history";

    /// <summary>Tokens that all slots hold memory for, as far as they were written and not trimmed.</summary>
    public int Resident => _written.Sum();

    public List<string> Violations { get; } = [];

    /// <summary>Calls in order, such as <c>prefill 0 past 0 tokens 3</c>. Null: not recorded, so that nothing is allocated.</summary>
    public List<string>? Calls { get; init; }

    /// <summary>Called first in every graph call and copy; may throw.</summary>
    public Action<string>? OnCall { get; set; }

    /// <summary>A prompt with this token fails.</summary>
    public int PoisonToken { get; init; } = -1;

    /// <summary>Changes a row's logits.</summary>
    public Action<int, float[]>? EditLogits { get; set; }

    public bool IsDisposed { get; private set; }

    public void Embed(ReadOnlySpan<int> tokenIds, Span<float> destination)
    {
        Check(destination.Length == tokenIds.Length * HiddenSize, "Embed: the destination has the wrong size");
        for (var i = 0; i < tokenIds.Length; i++)
        {
            if (tokenIds[i] == PoisonToken)
                throw new InvalidOperationException("poison");
            destination[2 * i] = tokenIds[i];
            destination[2 * i + 1] = 0;
        }
    }

    public void Prefill(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        var tokens = embeddings.Length / HiddenSize;
        Calls?.Add($"prefill {slot} past {past} tokens {tokens}");
        OnCall?.Invoke("prefill");
        Check(tokens > 0, "Prefill: no tokens");
        Check(past <= _lengths[slot], $"Prefill: past {past}, but slot {slot} holds {_lengths[slot]}");
        for (var i = 0; i < tokens; i++)
            _stored[slot][past + i] = Hash(Bits(embeddings[2 * i]), Bits(embeddings[(2 * i) + 1]));
        Hold(slot, past + tokens);
        if (!logits.IsEmpty)
            WriteLogits(slot, past + tokens, logits);
    }

    public void Extend(int slot, int past, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        var (tokens, rows) = (embeddings.Length / HiddenSize, logits.Length / vocabulary);
        Check(past > 0 && rows <= Math.Min(tokens, LogitRows), "Extend: nothing to extend, or too many rows");
        Prefill(slot, past, embeddings, []);
        for (var row = 0; row < rows; row++)
            WriteLogits(slot, past + tokens - rows + row + 1, logits.Slice(row * vocabulary, vocabulary));
    }

    public void Decode(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> past, Span<float> logits)
    {
        Calls?.Add($"decode {tokenIds.Length}");
        OnCall?.Invoke("decode");
        Check(tokenIds.Length > 0 && tokenIds.Length <= slots, "Decode: no rows, or too many");
        Check(logits.Length == tokenIds.Length * vocabulary, "Decode: logits have the wrong size");
        for (var row = 0; row < tokenIds.Length; row++)
        {
            if (past[row] < 1 || past[row] > _lengths[row]) // no text is built for nothing: allocations are counted
                Violations.Add($"Decode: past {past[row]}, but slot {row} holds {_lengths[row]}");
            _stored[row][past[row]] = Hash(Bits(tokenIds[row]), 0);
            Hold(row, past[row] + 1);
            WriteLogits(row, past[row] + 1, logits.Slice(row * vocabulary, vocabulary));
        }
    }

    public void Run(ReadOnlySpan<SlotRun> runs, ReadOnlySpan<float> embeddings, Span<float> logits)
    {
        Calls?.Add($"run {string.Join(' ', runs.ToArray().Select(run => $"{run.Slot}:{run.Past}+{run.Tokens}"))}");
        OnCall?.Invoke("run");
        Check(MixesRuns && runs.Length > 0, "Run: not offered, or empty");
        Check(runs.ToArray().DistinctBy(run => run.Slot).Count() == runs.Length, "Run: a slot twice");
        foreach (var run in runs)
        {
            Check(run.Tokens > 0 && run.Past <= _lengths[run.Slot] && run.LogitRows <= Math.Min(run.Tokens, LogitRows), $"Run: {run}");
            for (var i = 0; i < run.Tokens; i++)
                _stored[run.Slot][run.Past + i] = Hash(Bits(embeddings[2 * i]), Bits(embeddings[(2 * i) + 1]));
            embeddings = embeddings[(2 * run.Tokens)..];
            Hold(run.Slot, run.Past + run.Tokens);
            for (var row = run.LogitRows; row > 0; row--)
            {
                WriteLogits(run.Slot, run.Past + run.Tokens - row + 1, logits[..vocabulary]);
                logits = logits[vocabulary..];
            }
        }
        Check(embeddings.IsEmpty && logits.IsEmpty, "Run: embeddings or logits have the wrong size");
    }

    public void CopySlot(int source, int destination, int tokens)
    {
        Calls?.Add($"copy {source} to {destination}");
        OnCall?.Invoke("copy");
        Check(source != destination && tokens > 0 && tokens <= _lengths[source], "Copy: more tokens than the source holds");
        Array.Copy(_stored[source], _stored[destination], tokens);
        Hold(destination, tokens);
    }

    public void SwapSlots(int first, int second, int firstTokens, int secondTokens)
    {
        Calls?.Add($"swap {first} and {second}");
        OnCall?.Invoke("swap");
        Check(first != second && firstTokens <= _lengths[first] && secondTokens <= _lengths[second], "Swap: wrong lengths");
        (_stored[first], _stored[second]) = (_stored[second], _stored[first]);
        Hold(first, secondTokens);
        Hold(second, firstTokens);
    }

    public void ReadKv(int slot, int start, int tokens, Span<byte> destination)
    {
        Calls?.Add($"read {slot} from {start} tokens {tokens}");
        OnCall?.Invoke("read");
        Check(start + tokens <= _lengths[slot], $"Read: up to {start + tokens}, but slot {slot} holds {_lengths[slot]}");
        MemoryMarshal.AsBytes(_stored[slot].AsSpan(start, tokens)).CopyTo(destination);
    }

    public void WriteKv(int slot, int start, int tokens, ReadOnlySpan<byte> source)
    {
        Calls?.Add($"write {slot} from {start} tokens {tokens}");
        OnCall?.Invoke("write");
        source.CopyTo(MemoryMarshal.AsBytes(_stored[slot].AsSpan(start, tokens)));
        Hold(slot, start + tokens);
    }

    public void Trim(int slot, int tokens)
    {
        _stored[slot].AsSpan(tokens).Clear();
        _lengths[slot] = Math.Min(_lengths[slot], tokens);
        _written[slot] = Math.Min(_written[slot], tokens);
    }

    public void Dispose() => IsDisposed = true;

    private void Hold(int slot, int tokens)
    {
        _lengths[slot] = tokens;
        _written[slot] = Math.Max(_written[slot], tokens);
    }

    private void WriteLogits(int slot, int tokens, Span<float> logits)
    {
        var history = 17ul;
        foreach (var token in _stored[slot].AsSpan(0, tokens))
            history = Hash(history, token);
        for (var id = 0; id < vocabulary; id++)
            logits[id] = id == NeverGenerated ? -1000 : ((Hash(history, (ulong)id) >> 40) * (8f / (1 << 24))) - 4;
        if (EditLogits is null)
            return;
        var copy = logits.ToArray();
        EditLogits(slot, copy);
        copy.CopyTo(logits);
    }

    private void Check(bool right, string violation)
    {
        if (!right)
            Violations.Add(violation);
    }

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    private static ulong Hash(ulong first, ulong second)
    {
        var x = (first * 0x9E3779B97F4A7C15) ^ (second + 0xD1B54A32D192ED03);
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
