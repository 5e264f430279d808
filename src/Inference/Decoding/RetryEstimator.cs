namespace VisionCluster.Inference.Decoding;

/// <summary>
/// How long until a full queue has a place, from how fast places became free lately. Callers refused since the last place became free are
/// told longer and longer waits, one place after another, so that they do not all come back at once. Guard with the queue's lock.
/// </summary>
internal sealed class RetryEstimator(TimeSpan shortest, TimeSpan longest)
{
    /// <summary>Weight of the newest interval in the average.</summary>
    private const double Newest = 0.2;

    // Unknown yet: assume that a place takes a second.
    private double _secondsPerPlace = 1;
    private bool _known;
    private int _refused;

    /// <summary>A place became free, so long after the one before it (or after the queue was last empty).</summary>
    public void PlaceFreed(TimeSpan interval)
    {
        _secondsPerPlace = _known ? _secondsPerPlace + Newest * (interval.TotalSeconds - _secondsPerPlace) : interval.TotalSeconds;
        _known = true;
        _refused = 0;
    }

    public TimeSpan Refuse()
    {
        _refused++;
        var seconds = Math.Clamp(_secondsPerPlace * _refused, shortest.TotalSeconds, longest.TotalSeconds);
        return TimeSpan.FromSeconds(seconds);
    }
}
