namespace VisionCluster.Inference.Decoding;

/// <summary>
/// How long a prompt's next chunk is: the most that is allowed while nobody waits for it; otherwise what makes rows wait no longer than a few
/// decode steps more, by the times that runs took lately.
/// </summary>
/// <param name="maxTokens">Most tokens of a chunk.</param>
/// <param name="minTokens">Fewest, however long they take.</param>
/// <param name="maxStallSteps">What a chunk may take, in decode steps.</param>
/// <param name="mixes">Whether chunks run together with steps.</param>
internal sealed class ChunkPlanner(int maxTokens, int minTokens, double maxStallSteps, bool mixes = false)
{
    /// <summary>Weight of the newest time in an average: tokens cost more the longer their prompt is, which must show before its next chunk.</summary>
    private const double Newest = 0.5;

    /// <summary>What a time can be at most, in averages of those before: a run that the system held up says nothing about the next.</summary>
    private const double Outlier = 1.5;

    /// <summary>Tokens of a run, those of rows included, that products take at once: one less costs as much.</summary>
    private const int Tile = 4;

    /// <summary>Mixed runs after which a step runs alone, to be timed again: rows grow longer, and what a chunk adds is known only beside it.</summary>
    private const int RunsBetweenSteps = 32;

    private readonly StepTimes _steps = new();
    private double _secondsPerToken; // of chunks by themselves
    private double _addedPerToken; // by chunks to mixed runs
    private int _runsToNextStep;

    /// <summary>Most tokens of the next chunk; 0: a step should run without one.</summary>
    /// <param name="rows">Sequences that decode meanwhile.</param>
    public int Tokens(int rows)
    {
        if (rows == 0)
            return maxTokens;
        if (mixes && (_runsToNextStep == 0 || !_steps.Knows(rows)))
            return 0;
        var perToken = _addedPerToken > 0 ? _addedPerToken : _secondsPerToken;
        var step = _steps.Of(rows).TotalSeconds;
        if (perToken == 0 || step == 0 || maxTokens <= minTokens)
            return maxTokens;
        var fitting = (int)Math.Min(maxStallSteps * step / perToken, maxTokens);
        var beside = mixes ? rows : 0;
        return fitting == maxTokens ? maxTokens : Math.Max(minTokens, ((fitting + beside) / Tile * Tile) - beside);
    }

    public void Prefilled(TimeSpan time, int tokens)
    {
        // Short chunks and cold first runs say little about the rest.
        if (tokens >= Math.Min(minTokens, maxTokens))
            Average(ref _secondsPerToken, time.TotalSeconds / tokens);
    }

    public void Decoded(TimeSpan time, int rows)
    {
        _steps.Record(time, rows);
        _runsToNextStep = RunsBetweenSteps;
    }

    /// <summary>A step of so many rows and a chunk took so long together.</summary>
    /// <returns>What the chunk added.</returns>
    public TimeSpan Mixed(TimeSpan time, int rows, int tokens)
    {
        _runsToNextStep = Math.Max(0, _runsToNextStep - 1);
        var added = TimeSpan.FromTicks(Math.Max(0, (time - _steps.Of(rows)).Ticks));
        if (tokens >= Math.Min(minTokens, maxTokens))
            Average(ref _addedPerToken, added.TotalSeconds / tokens);
        return added;
    }

    private static void Average(ref double average, double value) =>
        average = average == 0 ? value : average + (Newest * (Math.Min(value, Outlier * average) - average));
}
