namespace VisionCluster.Contracts.Grains;

/// <summary>What an answer's log has grown by. One member after <see cref="Position"/> is set.</summary>
/// <param name="Reader">The gateway's number for the reader; see <see cref="IDecoderGrain.Follow"/>.</param>
/// <param name="Position">Tokens of the answer before this piece: a reader that has fewer has missed something.</param>
/// <param name="Token">The token at the position.</param>
/// <param name="Accepted">The engine has taken the prompt; before any token.</param>
/// <param name="Finished">The answer has ended; after every token.</param>
/// <param name="Moved">Or goes on elsewhere, behind them.</param>
[GenerateSerializer, Immutable, Alias("visioncluster.AnswerPiece")]
public readonly record struct AnswerPiece(
    [property: Id(0)] long Reader,
    [property: Id(1)] int Position,
    [property: Id(2)] GeneratedToken? Token,
    [property: Id(3)] GenerationAccepted? Accepted,
    [property: Id(4)] GenerationFinished? Finished,
    [property: Id(5)] AnswerMove? Moved = null)
{
    public static AnswerPiece Of(long reader, GeneratedToken token) => new(reader, token.Index, token, null, null);

    public static AnswerPiece Of(long reader, GenerationAccepted accepted) => new(reader, 0, null, accepted, null);

    /// <param name="reader">The gateway's number.</param>
    /// <param name="tokens">Of the whole answer.</param>
    /// <param name="finished">How it ended.</param>
    public static AnswerPiece Of(long reader, int tokens, GenerationFinished finished) => new(reader, tokens, null, null, finished);

    /// <param name="reader">The gateway's number.</param>
    /// <param name="tokens">That are here.</param>
    /// <param name="moved">What is left of it.</param>
    public static AnswerPiece Of(long reader, int tokens, AnswerMove moved) => new(reader, tokens, null, null, null, moved);
}
