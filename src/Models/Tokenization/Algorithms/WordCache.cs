namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary>
/// Tokens of words seen lately. Bounded: a fixed table in which a new word displaces the one in its place. Entries are immutable, so
/// threads share it without locks.
/// </summary>
internal sealed class WordCache
{
    private const int Slots = 1 << 14;
    private const int LongestWord = 48;

    private readonly Entry?[] _entries = new Entry?[Slots];

    public bool TryAppend(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length > LongestWord || _entries[SlotOf(word)] is not { } entry || !word.SequenceEqual(entry.Word))
            return false;
        ids.AddRange(entry.Ids);
        return true;
    }

    public void Store(ReadOnlySpan<char> word, ReadOnlySpan<int> ids)
    {
        if (word.Length <= LongestWord)
            _entries[SlotOf(word)] = new Entry(word.ToString(), ids.ToArray());
    }

    private static int SlotOf(ReadOnlySpan<char> word) => string.GetHashCode(word) & (Slots - 1);

    private sealed record Entry(string Word, int[] Ids);
}
