namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary>
/// Merges a word's tokens, lowest rank first and leftmost among equals: a linked list of tokens and a heap of candidate pairs, so
/// O(n log n). A stale candidate is still taken when the pair that is there by then yields the same token, as in the library.
/// </summary>
internal sealed class BpeMerger(MergeTable merges, List<int> ids, int start)
{
    private const int Removed = -1;

    private readonly int[] _next = new int[ids.Count - start];
    private readonly int[] _previous = new int[ids.Count - start];
    private readonly MinHeap _candidates = new(ids.Count - start); // rank, then position

    /// <summary>Replaces the ids from <paramref name="start"/> on by what they merge to.</summary>
    public static void Merge(MergeTable merges, List<int> ids, int start)
    {
        if (ids.Count - start > 1)
            new BpeMerger(merges, ids, start).Run();
    }

    private void Run()
    {
        for (var i = 0; i < _next.Length; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
        }

        for (var i = 0; i + 1 < _next.Length; i++)
            Offer(i);
        while (_candidates.TryPop(out var candidate))
            Take((int)(candidate & int.MaxValue), merges.ResultOf((int)(candidate >> 32)));

        var written = start;
        for (var i = 0; i < _next.Length; i++)
        {
            if (_next[i] != Removed)
                ids[written++] = ids[start + i];
        }

        ids.RemoveRange(written, ids.Count - written);
    }

    private void Take(int left, int result)
    {
        if (_next[left] == Removed || _next[left] == _next.Length)
            return;
        var right = _next[left];
        if (!merges.TryFind(ids[start + left], ids[start + right], out var merge) || merge.Result != result)
            return;

        ids[start + left] = result;
        var after = _next[right];
        _next[left] = after;
        _next[right] = Removed;
        if (after < _next.Length)
        {
            _previous[after] = left;
            Offer(left);
        }

        if (_previous[left] >= 0)
            Offer(_previous[left]);
    }

    private void Offer(int left)
    {
        if (merges.TryFind(ids[start + left], ids[start + _next[left]], out var merge))
            _candidates.Push(((long)merge.Rank << 32) | (uint)left);
    }
}
