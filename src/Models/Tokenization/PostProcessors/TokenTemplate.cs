namespace VisionCluster.Models.Tokenization.PostProcessors;

/// <summary>Where the special tokens go around one sequence, and around two.</summary>
internal sealed record TokenTemplate(IReadOnlyList<TemplatePiece> Single, IReadOnlyList<TemplatePiece> Pair)
{
    /// <summary>No special tokens.</summary>
    public static TokenTemplate Plain { get; } = new(
        [TemplatePiece.OfSequence(0, 0)], [TemplatePiece.OfSequence(0, 0), TemplatePiece.OfSequence(1, 1)]);

    /// <summary>How many tokens it adds to one sequence.</summary>
    public int AddedToSingle => Single.Sum(piece => piece.Ids.Length);

    public int HighestId => Single.Concat(Pair).SelectMany(piece => piece.Ids).DefaultIfEmpty(-1).Max();

    public int[] Apply(ReadOnlySpan<int> sequence, bool addSpecialTokens)
    {
        var ids = new List<int>(sequence.Length + AddedToSingle);
        foreach (var piece in Single)
        {
            if (piece.IsSequence)
                ids.AddRange(sequence);
            else if (addSpecialTokens)
                ids.AddRange(piece.Ids);
        }

        return [.. ids];
    }

    public EncodedPair Apply(int[] first, int[] second, bool addSpecialTokens)
    {
        List<int> ids = [], types = [];
        foreach (var piece in Pair)
        {
            var part = piece.Sequence switch
            {
                0 => first,
                1 => second,
                _ => addSpecialTokens ? piece.Ids : [],
            };
            ids.AddRange(part);
            types.AddRange(Enumerable.Repeat(piece.TypeId, part.Length));
        }

        return new EncodedPair([.. ids], [.. types]);
    }
}
