namespace VisionCluster.Simulation;

/// <summary>
/// The time of one device, which does one thing after the other: decoder and encoder share it. A caller's thread sleeps until its work would
/// be done. What a sleep overruns is no work of the device's: the next piece of work is that much shorter, if it follows at once.
/// </summary>
/// <param name="time">Of the process.</param>
/// <param name="sleep">Blocks the caller; null: the thread sleeps.</param>
public sealed class SimulatedClock(TimeProvider time, Action<TimeSpan>? sleep = null)
{
    private readonly Lock _lock = new();
    private readonly Action<TimeSpan> _sleep = sleep ?? Thread.Sleep;
    private readonly long _started = time.GetTimestamp();
    private TimeSpan _free; // since _started: when the work that was accepted is done
    private TimeSpan _late; // by how much the last sleeper overslept, at most its own work
    private TimeSpan _busy;

    /// <summary>All work so far.</summary>
    public TimeSpan Busy
    {
        get
        {
            lock (_lock)
                return _busy;
        }
    }

    /// <summary>Takes a piece of work and returns when it would be done.</summary>
    public void Work(TimeSpan length)
    {
        TimeSpan done;
        lock (_lock)
        {
            var start = time.GetElapsedTime(_started) - _late;
            done = _free = (start > _free ? start : _free) + length;
            _late = TimeSpan.Zero;
            _busy += length;
        }

        // Whole milliseconds are what a sleeping thread can tell; the rest is made up for as lateness.
        while (done - time.GetElapsedTime(_started) is var left && left > TimeSpan.Zero)
            _sleep(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));

        lock (_lock)
        {
            var late = time.GetElapsedTime(_started) - done;
            _late = late < length ? late : length;
        }
    }
}
