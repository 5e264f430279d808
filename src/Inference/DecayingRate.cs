namespace VisionCluster.Inference;

/// <summary>Units a second of recent work: each measurement makes the earlier ones count less. Not thread-safe.</summary>
/// <param name="keep">What is left of the earlier ones' weight, from 0 to 1.</param>
internal struct DecayingRate(double keep)
{
    private double _units;
    private double _seconds;

    /// <summary>0 until something was measured.</summary>
    public readonly double PerSecond => _seconds > 0 ? _units / _seconds : 0;

    public void Add(double units, TimeSpan time)
    {
        _units = (_units * keep) + units;
        _seconds = (_seconds * keep) + time.TotalSeconds;
    }
}
