namespace VisionCluster.Models.Tokenization.Algorithms;

/// <summary>A model's own tokens, in both directions.</summary>
internal sealed class Vocabulary
{
    /// <summary>Ids may have holes, but a file with few tokens cannot ask for large tables.</summary>
    private const int MostUnusedIds = 1_000_000;

    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly string?[] _tokens;

    public Vocabulary(IReadOnlyCollection<KeyValuePair<string, int>> tokens)
    {
        _ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        var highest = -1;
        foreach (var (token, id) in tokens)
        {
            if (id < 0 || id - tokens.Count > MostUnusedIds)
                throw new ModelException($"The tokenizer's vocabulary of {tokens.Count} tokens gives one of them the id {id}.");
            _ids[token] = id;
            highest = Math.Max(highest, id);
        }

        _tokens = new string?[highest + 1];
        foreach (var (token, id) in tokens)
            _tokens[id] = token;
        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        LongestToken = _ids.Count == 0 ? 0 : _ids.Keys.Max(token => token.Length);
    }

    /// <summary>How many tokens there are; ids may go higher.</summary>
    public int Count => _ids.Count;

    public int HighestId => _tokens.Length - 1;

    /// <summary>UTF-16 units of the longest token.</summary>
    public int LongestToken { get; }

    public int? Find(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    public bool TryFind(ReadOnlySpan<char> token, out int id) => _idsBySpan.TryGetValue(token, out id);

    public string? TokenOf(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    /// <summary>The ids of <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, -1 for those that are missing.</summary>
    public int[] ByteTokens() => [.. Enumerable.Range(0, 256).Select(value => Find($"<0x{value:X2}>") ?? -1)];
}
