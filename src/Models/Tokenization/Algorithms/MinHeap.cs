namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary>A heap of numbers, smallest first. Four children per node keep it shallow; numbers without values keep it small.</summary>
internal sealed class MinHeap(int capacity)
{
    private const int Children = 4;

    private long[] _items = new long[Math.Max(4, capacity)];
    private int _count;

    public void Push(long item)
    {
        if (_count == _items.Length)
            Array.Resize(ref _items, _count * 2);
        var index = _count++;
        while (index > 0 && _items[(index - 1) / Children] is var parent && parent > item)
        {
            _items[index] = parent;
            index = (index - 1) / Children;
        }

        _items[index] = item;
    }

    public bool TryPop(out long smallest)
    {
        if (_count == 0)
        {
            smallest = 0;
            return false;
        }

        smallest = _items[0];
        var item = _items[--_count];
        var items = _items.AsSpan(0, _count);
        var index = 0;
        for (int first; (first = index * Children + 1) < items.Length;)
        {
            var least = first;
            for (var child = first + 1; child < Math.Min(first + Children, items.Length); child++)
            {
                if (items[child] < items[least])
                    least = child;
            }

            if (items[least] >= item)
                break;
            items[index] = items[least];
            index = least;
        }

        if (index < items.Length)
            items[index] = item;
        return true;
    }
}
