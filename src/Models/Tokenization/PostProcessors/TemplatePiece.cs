namespace VisionCluster.Models.Tokenization.PostProcessors;

/// <summary>A part of a <see cref="TokenTemplate"/>: special tokens, or one of the sequences.</summary>
/// <param name="Sequence">0 or 1 for the first or second sequence, -1 for special tokens.</param>
/// <param name="Ids">The special tokens.</param>
/// <param name="TypeId">Token type of all of it.</param>
internal sealed record TemplatePiece(int Sequence, int[] Ids, int TypeId)
{
    public bool IsSequence => Sequence >= 0;

    public static TemplatePiece OfSequence(int sequence, int typeId) => new(sequence, [], typeId);

    public static TemplatePiece OfTokens(int id, int typeId) => new(-1, [id], typeId);
}
