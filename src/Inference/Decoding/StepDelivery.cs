namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Tells listeners of what steps have brought: one item of the thread pool a step, in which each generation is read, rather than one for each
/// generation. Steps that come while it works share its next turn.
/// </summary>
internal sealed class StepDelivery : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly List<Generation> _written = []; // the engine's thread's
    private readonly List<IStepListener> _listeners = []; // the work item's
    private List<Generation> _waiting = []; // each once: as many as run
    private List<Generation> _reading = [];
    private bool _isWorking;

    /// <summary>Something can be read from it after this step. On the engine's thread.</summary>
    public void Add(Generation generation)
    {
        if (generation.IsListened)
            _written.Add(generation);
    }

    /// <summary>The step is over. On the engine's thread.</summary>
    public void Flush()
    {
        if (_written.Count == 0)
            return;
        lock (_lock)
        {
            foreach (var generation in _written)
            {
                if (!generation.IsWaiting)
                    _waiting.Add(generation);
                generation.IsWaiting = true;
            }

            _written.Clear();
            if (_isWorking)
                return;
            _isWorking = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (Take())
        {
            foreach (var generation in _reading)
            {
                var listener = generation.LetRead();
                if (!_listeners.Contains(listener)) // a silo has one
                    _listeners.Add(listener);
            }

            foreach (var listener in _listeners)
                listener.Stepped();
            _listeners.Clear();
            _reading.Clear();
        }
    }

    private bool Take()
    {
        lock (_lock)
        {
            (_waiting, _reading) = (_reading, _waiting);
            foreach (var generation in _reading)
                generation.IsWaiting = false;
            return _isWorking = _reading.Count > 0;
        }
    }
}
