using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// KV of prompts whose slots went to others, in main memory: blocks of tokens under SHA-256 of everything from the
/// scope and the prompt's first token to the block's last, so that equal beginnings share their blocks and nothing else does. Image
/// positions count by image key and row. Least recently used blocks go first. On the engine's thread only.
/// </summary>
internal sealed unsafe class PrefixStore(IDecoderRunner runner, long maxBytes, int blockTokens) : IDisposable
{
    private readonly int _blockBytes = checked((int)(blockTokens * runner.KvBytesPerToken));
    private readonly Dictionary<UInt128, LinkedListNode<Block>> _blocks = [];
    private readonly LinkedList<Block> _newestFirst = [];
    private readonly List<LinkedListNode<Block>> _chain = []; // of the prompt at hand
    private readonly Stack<nint> _spare = []; // memory of blocks that went; never more than were used at once
    private readonly byte[] _hashed = new byte[sizeof(ulong) * 2 * (blockTokens + 1)];

    public bool IsEnabled { get; } = maxBytes > 0 && runner.CanTransfer;

    public long Bytes => (long)_blocks.Count * _blockBytes;

    /// <summary>Keeps the whole blocks of what a slot holds.</summary>
    /// <returns>Tokens that were copied: not there before.</returns>
    public int Save(int slot, string scope, ReadOnlySpan<TokenIdentity> held)
    {
        var copied = 0;
        var blocks = IsEnabled ? Math.Min(held.Length / blockTokens, maxBytes / _blockBytes) : 0;
        if (blocks == 0)
            return 0;
        var key = Root(scope);
        for (var start = 0; start < blocks * blockTokens; start += blockTokens)
        {
            key = Next(key, held.Slice(start, blockTokens));
            if (_blocks.TryGetValue(key, out var node))
                Touch(node);
            else
            {
                var memory = Allocate();
                runner.ReadKv(slot, start, blockTokens, new Span<byte>((void*)memory, _blockBytes));
                _blocks[key] = node = _newestFirst.AddFirst(new Block(key, memory));
                copied += blockTokens;
            }
            _chain.Add(node);
        }
        TouchChain();
        return copied;
    }

    /// <summary>Tokens of a prompt's beginning that are here: a multiple of a block.</summary>
    public int Match(string scope, ReadOnlySpan<TokenIdentity> prompt)
    {
        var tokens = 0;
        if (_blocks.Count == 0)
            return 0;
        var key = Root(scope);
        for (; tokens + blockTokens <= prompt.Length; tokens += blockTokens)
        {
            key = Next(key, prompt.Slice(tokens, blockTokens));
            if (!_blocks.ContainsKey(key))
                break;
        }
        return tokens;
    }

    /// <summary>Writes what <see cref="Match"/> found into a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="scope">As for <see cref="Match"/>.</param>
    /// <param name="prompt">As for <see cref="Match"/>.</param>
    /// <param name="from">Tokens that the slot holds already; blocks that end before are skipped.</param>
    /// <param name="to">What <see cref="Match"/> returned.</param>
    public void Load(int slot, string scope, ReadOnlySpan<TokenIdentity> prompt, int from, int to)
    {
        var key = Root(scope);
        for (var start = 0; start < to; start += blockTokens)
        {
            key = Next(key, prompt.Slice(start, blockTokens));
            var node = _blocks[key];
            _chain.Add(node);
            if (start + blockTokens > from)
                runner.WriteKv(slot, start, blockTokens, new ReadOnlySpan<byte>((void*)node.Value.Memory, _blockBytes));
        }
        TouchChain();
    }

    public void Dispose()
    {
        foreach (var block in _newestFirst)
            NativeMemory.Free((void*)block.Memory);
        foreach (var memory in _spare)
            NativeMemory.Free((void*)memory);
        _newestFirst.Clear();
        _blocks.Clear();
        _spare.Clear();
    }

    private nint Allocate()
    {
        while (Bytes + _blockBytes > maxBytes)
            Drop(_newestFirst.Last!);
        return _spare.TryPop(out var memory) ? memory : (nint)NativeMemory.Alloc((nuint)_blockBytes);
    }

    /// <summary>The first block becomes the newest: without it the others are of no use.</summary>
    private void TouchChain()
    {
        for (var i = _chain.Count - 1; i >= 0; i--)
            Touch(_chain[i]);
        _chain.Clear();
    }

    private void Drop(LinkedListNode<Block> node)
    {
        _newestFirst.Remove(node);
        _blocks.Remove(node.Value.Key);
        _spare.Push(node.Value.Memory);
    }

    private void Touch(LinkedListNode<Block> node)
    {
        _newestFirst.Remove(node);
        _newestFirst.AddFirst(node);
    }

    private static UInt128 Root(string scope) => MemoryMarshal.Read<UInt128>(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(scope)));

    private UInt128 Next(UInt128 key, ReadOnlySpan<TokenIdentity> block)
    {
        MemoryMarshal.Write(_hashed, key);
        MemoryMarshal.AsBytes(block).CopyTo(_hashed.AsSpan(sizeof(ulong) * 2));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_hashed, digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    private readonly record struct Block(UInt128 Key, nint Memory);
}
