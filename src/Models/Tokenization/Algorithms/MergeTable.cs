namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary>BPE merges: which pair of tokens becomes which token, and how early.</summary>
internal sealed class MergeTable
{
    private readonly Dictionary<long, Merge> _merges;
    private readonly List<int> _results; // by rank

    public MergeTable(int capacity)
    {
        _merges = new Dictionary<long, Merge>(capacity);
        _results = new List<int>(capacity);
    }

    /// <summary>Adds the merge of the next rank.</summary>
    public void Add(int left, int right, int result)
    {
        _merges[KeyOf(left, right)] = new Merge(_results.Count, result);
        _results.Add(result);
    }

    public int ResultOf(int rank) => _results[rank];

    public bool TryFind(int left, int right, out Merge merge) => _merges.TryGetValue(KeyOf(left, right), out merge);

    /// <summary>One number for each pair, scattered: the hash of a plain one is 0 for every doubled token.</summary>
    private static long KeyOf(int left, int right) => unchecked((long)((((ulong)left << 32) | (uint)right) * 0x9E3779B97F4A7C15));

    public readonly record struct Merge(int Rank, int Result);
}
