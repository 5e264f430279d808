using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace VisionCluster.Inference.Exports;

/// <summary>
/// Key-value memory for graphs that take the past and give past and present as new tensors. Every slot is one block of main memory that
/// holds for each plane (key or value of a layer) <c>[kv_heads, tokens, head_dim]</c> without gaps, so that it is a run's input as it is.
/// A run writes into a spare block, which then changes places with the slot's: nothing is copied, and a run that fails changes nothing.
/// Bound: (slots + 1) × capacity.
/// </summary>
internal sealed unsafe class ConcatKvPool : IDisposable
{
    private readonly ConcatKvShape _shape;
    private readonly nint[] _blocks;
    private readonly int[] _lengths;
    private bool _disposed;

    public ConcatKvPool(ConcatKvShape shape, int slots)
    {
        (_shape, _lengths, _blocks) = (shape, new int[slots], new nint[slots + 1]);
        for (var i = 0; i < _blocks.Length; i++)
        {
            // The system hands out pages when they are first written.
            _blocks[i] = (nint)NativeMemory.AllocZeroed((nuint)shape.BlockBytes);
        }
    }

    public int Slots => _lengths.Length;

    private nint Spare => _blocks[^1];

    /// <summary>Cuts a slot down to its first tokens.</summary>
    public void Truncate(int slot, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, _lengths[slot]);
        if (tokens < _lengths[slot])
        {
            Pack(_blocks[slot], _lengths[slot], _blocks[slot], tokens);
            _lengths[slot] = tokens;
        }
    }

    /// <summary>What a slot holds, <c>[1, kv_heads, tokens, head_dim]</c>.</summary>
    public OrtValue Past(int slot, int plane) => View(_blocks[slot], plane, _lengths[slot]);

    /// <summary>Where a run puts what the slot will hold.</summary>
    public OrtValue Present(int plane, int tokens) => View(Spare, plane, tokens);

    /// <summary>Gives a slot what a run wrote.</summary>
    public void Commit(int slot, int tokens)
    {
        (_blocks[slot], _blocks[^1]) = (Spare, _blocks[slot]);
        _lengths[slot] = tokens;
    }

    /// <summary>Copies the first tokens of a slot to another.</summary>
    public void Copy(int source, int destination, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, _lengths[source]);
        Pack(_blocks[source], _lengths[source], _blocks[destination], tokens);
        _lengths[destination] = tokens;
    }

    public void Swap(int first, int second)
    {
        (_blocks[first], _blocks[second]) = (_blocks[second], _blocks[first]);
        (_lengths[first], _lengths[second]) = (_lengths[second], _lengths[first]);
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            foreach (var block in _blocks)
            {
                NativeMemory.Free((void*)block);
            }
        }
    }

    /// <summary>Moves the first tokens of every head close together; within one block from the front, so that nothing is overwritten unread.</summary>
    private void Pack(nint source, int held, nint destination, int tokens)
    {
        var bytes = tokens * _shape.RowBytes;
        for (var plane = 0; plane < _shape.Planes; plane++)
        {
            var offset = plane * _shape.PlaneBytes;
            for (var head = 0; head < _shape.KvHeads; head++)
            {
                var (from, to) = (source + (nint)(offset + (head * held * _shape.RowBytes)), destination + (nint)(offset + (head * bytes)));
                Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);
            }
        }
    }

    private OrtValue View(nint block, int plane, int tokens) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance,
        _shape.ElementBytes == sizeof(float) ? TensorElementType.Float : TensorElementType.Float16,
        [1, _shape.KvHeads, tokens, _shape.HeadDim],
        block + (nint)(plane * _shape.PlaneBytes),
        tokens * _shape.KvHeads * _shape.RowBytes);
}

/// <summary>Sizes of one slot.</summary>
/// <param name="Planes">Two for every layer.</param>
/// <param name="KvHeads">Key-value heads.</param>
/// <param name="Capacity">Tokens.</param>
/// <param name="HeadDim">Width of a head.</param>
/// <param name="ElementBytes">4 for float32, 2 for float16.</param>
internal readonly record struct ConcatKvShape(int Planes, int KvHeads, int Capacity, int HeadDim, int ElementBytes)
{
    /// <summary>One token of one head.</summary>
    public long RowBytes => (long)HeadDim * ElementBytes;

    public long PlaneBytes => KvHeads * Capacity * RowBytes;

    public long BlockBytes => Planes * PlaneBytes;

    public long BytesPerToken => Planes * KvHeads * RowBytes;
}
