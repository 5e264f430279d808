namespace VisionCluster.Models.Tokenization.Text;

/// <summary>
/// A part of a <see cref="PieceList"/>: text still to be tokenised, or an added token that was found (<see cref="TokenId"/> is not
/// negative).
/// </summary>
internal readonly record struct Piece(int Start, int Length, int TokenId)
{
    public bool IsToken => TokenId >= 0;
}
