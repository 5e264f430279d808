namespace VisionCluster.Cli.Hosting;

/// <summary>
/// How many threads the pool is to have: more at once when an item waits long, one less after a second in which none did. Where one less
/// was missed soon, such as beside pictures or while a model is loaded, the next try comes later: after twice the time, up to a minute.
/// </summary>
internal sealed class PoolThreadsPolicy
{
    /// <summary>So many in a row that did not wait long, a second of them, and there is one thread less.</summary>
    public const int CalmItems = 50;

    /// <summary>An item that waits this long lacks a thread.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMilliseconds(5);

    private const int MostMissed = 6; // 64 s

    private readonly int _most;
    private readonly int _fewest;
    private int _threads;
    private int _calm; // items in a row
    private int _missed; // times in a row that one less was too few
    private bool _isTry; // since there is one less, not enough items have come to know

    /// <param name="cores">Most threads; half of them are the fewest.</param>
    public PoolThreadsPolicy(int cores) => (_most, _fewest, _threads) = (cores, Math.Max(1, cores / 2), cores);

    /// <param name="wait">Of an item that was queued just now.</param>
    /// <returns>How many threads there are to be; null: as before.</returns>
    public int? After(TimeSpan wait)
    {
        if (wait >= Long)
        {
            return More();
        }

        _calm++;
        if (_isTry && _calm >= CalmItems)
        {
            (_isTry, _missed) = (false, 0);
        }

        if (_calm < CalmItems << _missed)
        {
            return null;
        }

        _calm = 0;
        _isTry = _threads > _fewest;
        return _threads = Math.Max(_threads - 1, _fewest); // said again though there are no more: the runtime may have added some
    }

    private int? More()
    {
        _missed = _isTry ? Math.Min(_missed + 1, MostMissed) : _missed;
        (_calm, _isTry) = (0, false);
        if (_threads == _most)
        {
            return null;
        }

        return _threads = Math.Min(_threads * 2, _most);
    }
}
