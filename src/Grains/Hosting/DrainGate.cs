namespace VisionCluster.Grains.Hosting;

/// <summary>Counts what runs on this silo, so that a stopping silo refuses new work and waits for the rest. Thread-safe.</summary>
internal sealed class DrainGate
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _handOver = new();
    private int _running;
    private bool _draining;

    public bool IsDraining
    {
        get
        {
            lock (_lock)
                return _draining;
        }
    }

    /// <summary>Cancelled when what still runs shall stop here and go on elsewhere.</summary>
    public CancellationToken HandOverRequested => _handOver.Token;

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

    /// <summary>What still runs goes on elsewhere; <see cref="DrainAsync"/> completes when it has let go.</summary>
    public void HandOver() => _handOver.Cancel();

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
}
