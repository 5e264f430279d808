namespace VisionCluster.Models.Tokenization.Decoders;

/// <summary><c>WordPiece</c>: tokens without the continuation prefix get a space before them; clean-up takes back English ones.</summary>
internal sealed class WordPieceStage(DecoderStage next, string prefix, bool cleanUp) : WholeTokenStage(next)
{
    private static readonly (string Dirty, string Clean)[] CleanUps =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    protected override void PushToken(string token, bool isFirst)
    {
        if (!isFirst)
            token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : $" {token}";
        if (cleanUp)
        {
            foreach (var (dirty, clean) in CleanUps)
                token = token.Replace(dirty, clean, StringComparison.Ordinal);
        }

        Next.Push(token, true, true);
    }
}
