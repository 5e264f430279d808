namespace VisionCluster.Inference;

/// <summary>
/// Units a second of recent work: of about the last second of it, or of some measurements where those take longer. Not thread-safe.
/// </summary>
/// <param name="keep">What a measurement leaves of the earlier ones' weight at least, from 0 to 1.</param>
internal struct DecayingRate(double keep)
{
    private const double MemorySeconds = 1; // less is a moment: who reckons with it takes on too much or too little

    private double _units;
    private double _seconds;

    /// <summary>0 until something was measured.</summary>
    public readonly double PerSecond => _seconds > 0 ? _units / _seconds : 0;

    public void Add(double units, TimeSpan time)
    {
        var left = Math.Max(keep, Math.Exp(-time.TotalSeconds / MemorySeconds));
        _units = (_units * left) + units;
        _seconds = (_seconds * left) + time.TotalSeconds;
    }
}
