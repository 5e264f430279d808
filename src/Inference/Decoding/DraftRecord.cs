namespace VisionCluster.Inference.Decoding;

/// <summary>How well a sequence's text foretells itself.</summary>
internal sealed class DraftRecord
{
    private const double FirstGuess = 0.6;

    /// <summary>Weight of the newest check.</summary>
    private const double Newest = 0.25;

    /// <summary>With every token that was not guessed, the record is forgotten a little, so that guessing is tried again.</summary>
    private const double Forgotten = 0.01;

    /// <summary>Chance that a guessed token is right, given that those before it were.</summary>
    public double Acceptance { get; private set; } = FirstGuess;

    /// <summary>A draft was checked.</summary>
    /// <param name="accepted">Right ones before the first wrong one.</param>
    /// <param name="drafted">All.</param>
    public void Checked(int accepted, int drafted)
    {
        var tried = Math.Min(accepted + 1, drafted); // those behind the first wrong one say nothing
        Acceptance += Newest * (((double)accepted / tried) - Acceptance);
    }

    public void Skipped() => Acceptance += Forgotten * (FirstGuess - Acceptance);
}
