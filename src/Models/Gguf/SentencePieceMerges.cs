namespace VisionCluster.Models.Gguf;

/// <summary>
/// The merges that a SentencePiece BPE vocabulary with scores stands for: every way to put a token together from two others, the better
/// token first. This is how tokenizer.json files are made of such models (transformers, <c>SentencePieceExtractor</c>).
/// </summary>
internal static class SentencePieceMerges
{
    // SentencePiece's own limit is 16 characters unless its trainer is told otherwise; the longest known ones are runs of spaces.
    private const int LongestToken = 256;

    /// <exception cref="ModelException">There are no scores, or a token is too long.</exception>
    public static IEnumerable<(string Left, string Right)> Of(GgufVocabulary vocabulary)
    {
        if (vocabulary.Scores.IsEmpty)
        {
            throw new ModelException($"The file lacks {GgufVocabulary.Prefix}scores, which a tokenizer of model llama needs.");
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        for (var id = 0; id < vocabulary.Tokens.Length; id++)
        {
            if (IsPiece(vocabulary.TypeOf(id)))
            {
                known.Add(vocabulary.Tokens[id]);
            }
        }

        var merges = new List<(float Score, int Id, int Split)>();
        var pieces = known.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var id = 0; id < vocabulary.Tokens.Length; id++)
        {
            if (IsPiece(vocabulary.TypeOf(id)))
            {
                AddSplits(id);
            }
        }

        return merges.OrderByDescending(merge => merge.Score).ThenByDescending(merge => merge.Split).ThenBy(merge => merge.Id)
            .Select(merge => (vocabulary.Tokens[merge.Id][..merge.Split], vocabulary.Tokens[merge.Id][merge.Split..]));

        void AddSplits(int id)
        {
            var token = vocabulary.Tokens[id].AsSpan();
            var score = vocabulary.Scores.Span[id];
            if (token.Length > LongestToken || !float.IsFinite(score))
            {
                throw new ModelException($"Token {id} of the file has {token.Length} characters and score {score}; at most {LongestToken} are read.");
            }

            for (var split = 1; split < token.Length; split++)
            {
                if (pieces.Contains(token[..split]) && pieces.Contains(token[split..]))
                {
                    merges.Add((score, id, split));
                }
            }
        }
    }

    /// <summary>Control tokens, byte tokens and those that are found before the model sees the text are not merged from parts.</summary>
    private static bool IsPiece(TokenType type) => type is TokenType.Normal or TokenType.Undefined;
}
