namespace VisionCluster.Inference.Decoding;

/// <summary>
/// How long a prompt's next chunk is: the most that is allowed while nobody waits for it; otherwise what takes no longer than a few decode
/// steps, by the times that both took lately. Chunks are multiples of <see cref="Tile"/>.
/// </summary>
internal sealed class ChunkPlanner(int maxTokens, int minTokens, double maxStallSteps)
{
    /// <summary>Weight of the newest time in an average.</summary>
    private const double Newest = 0.2;

    /// <summary>Tokens that products take at once; a few more cost as much as so many.</summary>
    private const int Tile = 8;

    private double _secondsPerToken;
    private double _secondsPerStep;

    /// <summary>Most tokens of the next chunk.</summary>
    /// <param name="rows">Sequences that decode meanwhile.</param>
    public int Tokens(int rows)
    {
        if (rows == 0 || _secondsPerToken == 0 || _secondsPerStep == 0 || maxTokens <= minTokens)
            return maxTokens;
        var fitting = (int)Math.Min(maxStallSteps * _secondsPerStep / _secondsPerToken, maxTokens);
        return fitting == maxTokens ? maxTokens : Math.Max(minTokens, fitting / Tile * Tile);
    }

    public void Prefilled(TimeSpan time, int tokens)
    {
        // Short chunks and cold first runs say little about the rest.
        if (tokens >= Math.Min(minTokens, maxTokens))
            Average(ref _secondsPerToken, time.TotalSeconds / tokens);
    }

    public void Decoded(TimeSpan time) => Average(ref _secondsPerStep, time.TotalSeconds);

    private static void Average(ref double average, double value) => average = average == 0 ? value : average + (Newest * (value - average));
}
