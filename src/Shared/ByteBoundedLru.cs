using System.Diagnostics.CodeAnalysis;

namespace VisionCluster.Shared;

/// <summary>Least-recently-used map bounded by the bytes that its values own. Thread-safe.</summary>
internal sealed class ByteBoundedLru<TKey, TValue>(long maxBytes)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _newestFirst = [];
    private long _bytes;

    public long MaxBytes { get; } = maxBytes;

    public long Bytes
    {
        get
        {
            lock (_lock)
                return _bytes;
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node))
            {
                value = default;
                return false;
            }

            _newestFirst.Remove(node);
            _newestFirst.AddFirst(node);
            value = node.Value.Value;
            return true;
        }
    }

    /// <summary>Adds or replaces; a value larger than the whole bound is not kept.</summary>
    /// <returns>How many other entries had to go.</returns>
    public int Set(TKey key, TValue value, long bytes)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var old))
                Remove(old);
            if (bytes > MaxBytes)
                return 0;
            var evicted = 0;
            for (; _bytes + bytes > MaxBytes; evicted++)
                Remove(_newestFirst.Last!);
            _entries[key] = _newestFirst.AddFirst(new Entry(key, value, bytes));
            _bytes += bytes;
            return evicted;
        }
    }

    public void Remove(TKey key)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var node))
                Remove(node);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _newestFirst.Remove(node);
        _entries.Remove(node.Value.Key);
        _bytes -= node.Value.Bytes;
    }

    private readonly record struct Entry(TKey Key, TValue Value, long Bytes);
}
