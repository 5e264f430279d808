namespace VisionCluster.Models.Gguf;

/// <summary>The tokens of a GGUF file: texts, types, scores, and the ids that have a role.</summary>
internal sealed class GgufVocabulary
{
    public const string Prefix = "tokenizer.ggml.";
    private const int MaxTokens = 1 << 20;

    private readonly GgufMetadata _metadata;

    /// <exception cref="ModelException">There are no tokens, or tokens, types and scores differ in number.</exception>
    public GgufVocabulary(GgufMetadata metadata)
    {
        _metadata = metadata;
        Tokens = metadata.Texts(Prefix + "tokens") is { Length: > 0 and <= MaxTokens } tokens ? tokens
            : throw metadata.Wrong(Prefix + "tokens", $"a list of 1 to {MaxTokens} tokens");
        Types = Aligned(metadata.Numbers<int>(Prefix + "token_type", GgufValueType.Int32, GgufValueType.UInt32), "token_type");
        Scores = Aligned(metadata.Numbers<float>(Prefix + "scores", GgufValueType.Float32), "scores");
    }

    public string[] Tokens { get; }

    public ReadOnlyMemory<int> Types { get; }

    /// <summary>Empty where the file has none.</summary>
    public ReadOnlyMemory<float> Scores { get; }

    public TokenType TypeOf(int id) => Types.IsEmpty ? TokenType.Normal : (TokenType)Types.Span[id];

    /// <summary>The id of a role such as <c>bos</c>; null when the file names none or one that is no token.</summary>
    public int? IdOf(string role)
    {
        var id = _metadata.Integer($"{Prefix}{role}_token_id");
        return id >= 0 && id < Tokens.Length ? (int)id : null;
    }

    public bool Flag(string key, bool fallback) => _metadata.Flag(Prefix + key) ?? fallback;

    private T[] Aligned<T>(T[]? values, string key) => values is null ? []
        : values.Length == Tokens.Length ? values
        : throw _metadata.Wrong(Prefix + key, $"a list of {Tokens.Length} values, one for each token");
}
