namespace VisionCluster.Inference.Decoding;

/// <summary>
/// How many guessed tokens are worth checking at once: as many as bring the most tokens a second, by the times that steps took lately and
/// by how often the sequence's guesses were right. None when plain steps are as fast.
/// </summary>
/// <param name="maxDraft">Most guessed tokens.</param>
/// <param name="fixedDraft">For tests: the answer to every question.</param>
internal sealed class SpeculationPlanner(int maxDraft, int? fixedDraft = null)
{
    /// <summary>Weight of the newest time in an average.</summary>
    private const double Newest = 0.1;

    /// <summary>A draft must promise so much more than a plain step: averages are not exact.</summary>
    private const double Margin = 1.05;

    /// <summary>What a checked token is thought to cost before it was measured, in plain steps.</summary>
    private const double FirstCost = 0.2;

    // Seconds of a step that checks so many drafted tokens; [0] is a plain step. 0: not measured yet.
    private readonly double[] _seconds = new double[maxDraft + 1];

    public int MaxDraft => maxDraft;

    /// <summary>A step of one sequence took so long.</summary>
    public void Record(int drafted, TimeSpan time)
    {
        ref var seconds = ref _seconds[drafted];
        seconds = seconds == 0 ? time.TotalSeconds : seconds + (Newest * (time.TotalSeconds - seconds));
    }

    /// <summary>The best length of a draft; 0 = run a plain step.</summary>
    public int Plan(DraftRecord record)
    {
        if (fixedDraft is { } drafts)
            return Math.Min(drafts, maxDraft);
        if (_seconds[0] == 0)
            return 0; // the measure of all others
        var (best, bestRate) = (0, Margin / _seconds[0]);
        var (tokens, chance) = (1.0, 1.0);
        for (var draft = 1; draft <= maxDraft; draft++)
        {
            chance *= record.Acceptance;
            tokens += chance;
            var rate = tokens / Seconds(draft);
            if (rate > bestRate)
                (best, bestRate) = (draft, rate);
        }
        return best;
    }

    private double Seconds(int draft) => _seconds[draft] > 0 ? _seconds[draft] : _seconds[0] * (1 + (FirstCost * draft));
}
