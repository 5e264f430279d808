namespace VisionCluster.Gateway.Admission;

/// <summary>
/// When callers that were refused should come again: once what is ahead has been served, and one after another, at the rate at which the
/// model works, so that they do not all come back at once. Guard with the admission's lock.
/// </summary>
internal sealed class RetryBacklog(TimeSpan shortest, TimeSpan longest, TimeProvider time)
{
    private double _refusedSeconds; // of work that was told to come later; drains with time
    private long _at = time.GetTimestamp();

    /// <param name="excess">How much too long it would wait.</param>
    /// <param name="own">What the request itself takes.</param>
    public TimeSpan Refuse(TimeSpan excess, TimeSpan own)
    {
        var now = time.GetTimestamp();
        _refusedSeconds = Math.Max(0, _refusedSeconds - time.GetElapsedTime(_at, now).TotalSeconds);
        _at = now;
        var seconds = Math.Clamp(Math.Max(0, excess.TotalSeconds) + _refusedSeconds, shortest.TotalSeconds, longest.TotalSeconds);
        _refusedSeconds = Math.Min(_refusedSeconds + own.TotalSeconds, longest.TotalSeconds);
        return TimeSpan.FromSeconds(seconds);
    }
}
