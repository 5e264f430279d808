namespace VisionCluster.Cli.Hosting;

/// <summary>How many threads the pool is to have: more at once when an item waits long, one less after a second in which none did.</summary>
internal sealed class PoolThreadsPolicy
{
    /// <summary>An item that waits this long lacks a thread.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMilliseconds(5);

    /// <summary>So many in a row that did not wait long, a second of them, and there is one thread less.</summary>
    public const int CalmItems = 50;

    private readonly int _most;
    private readonly int _fewest;
    private int _threads;
    private int _calm;

    /// <param name="cores">Most threads; half of them are the fewest.</param>
    public PoolThreadsPolicy(int cores) => (_most, _fewest, _threads) = (cores, Math.Max(1, cores / 2), cores);

    /// <param name="wait">Of an item that was queued just now.</param>
    /// <returns>How many threads there are to be; null: as before.</returns>
    public int? After(TimeSpan wait)
    {
        if (wait >= Long)
        {
            _calm = 0;
            var more = Math.Min(_threads * 2, _most);
            var isNew = more != _threads;
            _threads = more;
            return isNew ? more : null;
        }

        if (++_calm < CalmItems)
        {
            return null;
        }

        _calm = 0;
        return _threads = Math.Max(_threads - 1, _fewest); // said again though there are no more: the runtime may have added some
    }
}
