namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary>BPE merges: which pair of tokens becomes which token, and how early.</summary>
internal sealed class MergeTable
{
    private readonly Dictionary<long, Merge> _merges;

    public MergeTable(int capacity) => _merges = new Dictionary<long, Merge>(capacity);

    public void Add(int left, int right, int rank, int result) => _merges[KeyOf(left, right)] = new Merge(rank, result);

    public bool TryFind(int left, int right, out Merge merge) => _merges.TryGetValue(KeyOf(left, right), out merge);

    private static long KeyOf(int left, int right) => ((long)left << 32) | (uint)right;

    public readonly record struct Merge(int Rank, int Result);
}
