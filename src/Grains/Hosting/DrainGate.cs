namespace VisionCluster.Grains.Hosting;

/// <summary>Counts what runs on this silo, so that a stopping silo refuses new work and waits for the rest. Thread-safe.</summary>
internal sealed class DrainGate
{
    /// <summary>
    /// How long all take to go together. Whoever takes them computes each one's prompt and answer again, and those that have not gone yet go
    /// on here meanwhile.
    /// </summary>
    internal static readonly TimeSpan HandOverTime = TimeSpan.FromSeconds(3);

    /// <summary>Between two of them, where they are few.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LinkedList<Action> _movers = new(); // one for each that runs and can go on elsewhere, the oldest first
    private int _running;
    private bool _draining;
    private bool _handingOver;

    public bool IsDraining
    {
        get
        {
            lock (_lock)
                return _draining;
        }
    }

    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_draining)
                return false;
            _running++;
            return true;
        }
    }

    public void Exit()
    {
        lock (_lock)
        {
            if (--_running == 0 && _draining)
                _idle.TrySetResult();
        }
    }

    /// <summary>Who can go on elsewhere is told when to, until the result is disposed; at once if everybody has been told.</summary>
    /// <param name="move">Stops here; does not throw.</param>
    public IDisposable OnHandOver(Action move)
    {
        lock (_lock)
        {
            if (!_handingOver)
                return new Mover(this, _movers.AddLast(move));
        }

        move();
        return new Mover(this, null);
    }

    /// <summary>What still runs goes on elsewhere, one after the other; <see cref="DrainAsync"/> completes when all have let go.</summary>
    public async Task HandOverAsync(TimeProvider time)
    {
        var pause = TimeSpan.Zero;
        while (TakeMover(out var left) is { } move)
        {
            pause = pause > TimeSpan.Zero ? pause : Pause(left + 1);
            move();
            if (left > 0)
                await Task.Delay(pause, time);
        }
    }

    private static TimeSpan Pause(int movers) => HandOverTime / movers is var even && even < LongestPause ? even : LongestPause;

    private Action? TakeMover(out int left)
    {
        lock (_lock)
        {
            var move = _movers.First?.Value;
            if (move is null)
                _handingOver = true; // whoever comes now is told at once
            else
                _movers.RemoveFirst();
            left = _movers.Count;
            return move;
        }
    }

    /// <summary>Refuses new work from now on; completes when nothing runs any more.</summary>
    public Task DrainAsync()
    {
        lock (_lock)
        {
            _draining = true;
            if (_running == 0)
                _idle.TrySetResult();
            return _idle.Task;
        }
    }

    private sealed class Mover(DrainGate gate, LinkedListNode<Action>? node) : IDisposable
    {
        public void Dispose()
        {
            lock (gate._lock)
            {
                if (node?.List is not null)
                    gate._movers.Remove(node);
            }
        }
    }
}
